import type { DockerRule } from "./rule";

const full = (name: string): string => `CAP_${name.toUpperCase().replace(/^CAP_/, "")}`;

export const capabilityPrefix: DockerRule = {
  name: "capability-prefix",
  why: "the provider reads NET_ADMIN back as CAP_NET_ADMIN, so a short name replaced the container and all that joined it on every deploy",
  container: ({ attributes: { capabilities } }) =>
    capabilities
      .flatMap(({ add = [], drop = [] }) => [...add.map((name) => ["add", name]), ...drop.map((name) => ["drop", name])])
      .filter(([, name]) => name !== "ALL" && name !== full(name))
      .map(
        ([list, name]) =>
          `capabilities.${list} has ${name}; allowed is ALL or the whole name in capitals; write ${name.toUpperCase() === "ALL" ? "ALL" : full(name)}`,
      ),
};
