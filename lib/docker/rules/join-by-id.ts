import { joinTarget } from "./network";
import type { DockerRule } from "./rule";

/** An id as the engine prints it, or any reference except one to a container's other attributes. */
const ALLOWED = /^(?:[0-9a-f]{64}|\$\{docker_container\.[^.}]+\.id\}|\$\{(?!docker_container\.).+\})$/;

export const joinById: DockerRule = {
  name: "join-by-id",
  why: "the engine rewrites a name to the id, so every plan replaced a container that joined by name",
  container: ({ attributes }) => {
    const target = joinTarget(attributes);
    if (target === undefined || ALLOWED.test(target)) return [];
    return [
      `networkMode joins ${target === "" ? "nothing" : target} by name; only an id stays the same between plans; write \`container:\${other.id}\``,
    ];
  },
};
