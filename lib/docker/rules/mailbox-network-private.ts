import type { TerraformResource } from "cdktf";
import { containerAttributes, resourcesOf, type ContainerAttributes } from "./attributes";
import { isMailbox } from "./mailbox-scope";
import { networkResource, networksOf } from "./network";
import type { DockerRule } from "./rule";

const ownNetworks = (attributes: ContainerAttributes): string[] => networksOf(attributes).flatMap((name) => networkResource(name) ?? []);

export const mailboxNetworkPrivate: DockerRule = {
  name: "mailbox-network-private",
  why: "the tailnet's policy does not cover the Docker network below it, so a neighbour there opens the admin port and speaks PROXY as it likes",
  container: ({ construct, attributes }) => {
    const networks = ownNetworks(attributes);
    if (networks.length === 0 || isMailbox(construct)) return [];
    const shares = (other: TerraformResource): boolean =>
      other !== construct && ownNetworks(containerAttributes(other)).some((name) => networks.includes(name));
    return resourcesOf(construct.cdktfStack, "docker_container")
      .filter((other) => shares(other) && isMailbox(other))
      .map(
        (other) =>
          `it is on the Docker network of the mailbox's ${other.node.path}; nobody else may be; give it a Network of its own and let it reach the mailbox over the tailnet`,
      );
  },
};
