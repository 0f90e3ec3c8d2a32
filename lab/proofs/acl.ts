import { PRIVATE_PORTS, type Grant } from "../../lib/wire";
import { FOREIGN_TAG, NEIGHBOURS } from "../addresses";
import { expect, type Bench } from "../bench";
import { headscale } from "../control";
import type { Proof } from "./proof";

/** Ports that no line has and somebody may try: SSH, HTTP, POP3, tailscaled's health. */
const OTHERS = [22, 80, 110, 9002];

export const sidecarOf = (node: string): string => `tailwart-${node}-sidecar`;

/** The mailbox's tailnet address; a node that no grant lets in does not even learn its name. */
export async function mailboxAddress({ lab, wire }: Bench): Promise<string> {
  const nodes = JSON.parse(await headscale(lab, "nodes", "list", "-o", "json")) as { given_name?: string; name: string; ip_addresses: string[] }[];
  const node = nodes.find((one) => (one.given_name ?? one.name) === wire.mailbox.name);
  const address = node?.ip_addresses.find((one) => one.includes("."));
  if (address === undefined) throw new Error(`the control server knows no node ${wire.mailbox.name}`);
  return address;
}

/** A refused port and a dropped one are the same to a policy's user; an open one takes the connection. */
async function opens(bench: Bench, node: string, address: string, port: number): Promise<boolean> {
  const { status, stdout } = await bench.exec(sidecarOf(node), ["/bin/sh", "-c", 'timeout 5 nc "$1" "$2" </dev/null', "sh", address, String(port)]);
  return status === 0 || stdout !== "";
}

export const acl: Proof = {
  name: "acl",
  promise: "the tailnet's policy lets each node open exactly the ports that the wire grants it",
  prove: async (bench) => {
    const { wire, deployment } = bench;
    const address = await mailboxAddress(bench);
    const ports = [...new Set([...wire.lines.map(({ port }) => port), ...Object.values(PRIVATE_PORTS), ...OTHERS])].sort((a, b) => a - b);
    const nodes = [
      { name: wire.edges[0].name, as: [wire.edges[0].tag] },
      { name: NEIGHBOURS.user, as: deployment.tailnet.users },
      { name: NEIGHBOURS.foreign, as: [FOREIGN_TAG] },
    ];
    const told: string[] = [];
    for (const { name, as } of nodes) {
      const granted = ({ src, dst }: Grant): boolean => dst === wire.mailbox.tag && src.some((one) => as.includes(one));
      const wanted = [...new Set(wire.grants.filter(granted).map(({ port }) => port))].sort((a, b) => a - b);
      const answers = await Promise.all(ports.map(async (port) => ((await opens(bench, name, address, port)) ? [port] : [])));
      const found = answers.flat();
      expect(found.join() === wanted.join(), `${name} (${as.join(", ")}) opens ${found.join(" ") || "nothing"} instead of ${wanted.join(" ") || "nothing"}`);
      told.push(`${name} opens ${found.join(" ") || "nothing"}`);
    }
    return { seen: `of ${ports.length} ports ${told.join("; ")}` };
  },
};
