import type { DockerRule } from "./rule";

export const networkModeSet: DockerRule = {
  name: "network-mode-set",
  why: "Docker changed the word for its default network, and a plan with the other version's word replaces every container that left it out",
  container: ({ attributes: { network_mode } }) =>
    network_mode
      ? []
      : ["networkMode is not set; write `container:${other.id}`, a Network's name (the same as in networksAdvanced), host or none"],
};
