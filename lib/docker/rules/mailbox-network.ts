import { isMailbox } from "./mailbox-scope";
import { joinTarget, networkResource, networksOf } from "./network";
import type { DockerRule } from "./rule";

export const mailboxNetwork: DockerRule = {
  name: "mailbox-network",
  why: "on the host's network or on a bridge shared with others every neighbour reaches the mail server past the tailnet's policy",
  container: ({ construct, attributes }) => {
    if (joinTarget(attributes) !== undefined || attributes.network_mode === "none") return [];
    const foreign = networksOf(attributes).filter((name) => networkResource(name) === undefined);
    if (foreign.length === 0 || !isMailbox(construct)) return [];
    return foreign.map(
      (name) =>
        `its network is ${name ?? "not set (Docker's default bridge)"}; a mailbox container joins \`container:\${owner.id}\` or a Network made for it in this stack (\`network.name\`)`,
    );
  },
};
