import type { ContainerAttributes } from "./attributes";
import { joinTarget } from "./network";
import type { DockerRule } from "./rule";

const given = ({ hostname, domainname, dns, host, ports, networks_advanced }: ContainerAttributes): string[] =>
  Object.entries({ hostname, domainname, dns, host, ports, networksAdvanced: networks_advanced })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([name]) => name);

export const joinerOptions: DockerRule = {
  name: "joiner-options",
  why: "the engine refused such a container at apply with `conflicting options`, and domainname replaced it on every plan",
  container: ({ attributes }) => {
    if (joinTarget(attributes) === undefined) return [];
    return given(attributes).map(
      (name) =>
        `${name} is set and networkMode joins another container; a namespace has one owner; set ${name} on the owner and leave it out here`,
    );
  },
};
