import { isMailbox } from "./mailbox-scope";
import type { DockerRule } from "./rule";

const FIX = "a mailbox has no host port; remove it, the edge reaches the mailbox by its MagicDNS name";

/** One of the two that make the mailbox private; {@link mailboxNetwork} is the other. */
export const noHostPortOnMailbox: DockerRule = {
  name: "no-host-port-on-mailbox",
  why: "a published port lets everybody who reaches the host talk to the mail server without the edge and without the tailnet's policy, and with a forged PROXY header",
  container: ({ construct, attributes: { ports, publish_all_ports } }) => {
    const found = [
      ...ports.map(({ internal, protocol }) => `ports publishes ${internal}/${protocol ?? "tcp"} on the host; ${FIX}`),
      ...(publish_all_ports ? [`publishAllPorts is true; ${FIX}`] : []),
    ];
    return found.length > 0 && isMailbox(construct) ? found : [];
  },
};
