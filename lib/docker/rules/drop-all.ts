import type { DockerRule } from "./rule";

export const dropAll: DockerRule = {
  name: "drop-all",
  why: "Docker's default leaves a container fourteen capabilities, among them raw sockets and changing any file's owner",
  container: ({ attributes: { capabilities } }) =>
    capabilities.some(({ drop = [] }) => drop.includes("ALL"))
      ? []
      : [
          `capabilities.drop has ${capabilities.flatMap(({ drop = [] }) => drop).join(", ") || "nothing"}; it has to have ALL; write drop: ["ALL"] and add the few that the program needs`,
        ],
};
