import { lookedUpIn } from "../addresses";
import type { Check, Finding } from "../check";
import { firstWords } from "../container";
import { tailnetAddresses } from "../edge-line";
import type { Ground, Shell } from "../ground";
import { startLog } from "../start-log";

/** A name, asked where it is dialled, against what the node itself has. */
async function compared(asker: Pick<Shell, "exec">, whose: string, host: string, has: readonly string[]): Promise<Finding[]> {
  const says = await lookedUpIn(asker, host);
  if (says.length === 0) return [{ where: host, what: `${whose} does not know the name`, key: `unknown ${whose}`, cause: "MagicDNS is off, does not reach this container, or the policy hides the node", fix: "switch MagicDNS on; tailscale status there shows whom it sees; npm run doctor -- --only policy,node-name" }];
  if (has.length === 0 || says.some((one) => has.includes(one))) return [];
  return [{ where: host, what: `${whose} is told ${says.join(", ")}, and the node has ${has.join(", ")}`, key: `address ${whose}` }];
}

/** PROXY trust is a list of addresses, made at the mail server's start. */
async function trust(ground: Ground, now: ReadonlyMap<string, readonly string[]>): Promise<Finding[]> {
  const { edges } = startLog(await firstWords(ground.server));
  return (edges ?? []).flatMap(({ host, address }) => {
    const has = now.get(host) ?? [];
    if (has.length === 0 || edges?.some((one) => one.host === host && has.includes(one.address))) return [];
    const fix = `docker restart ${ground.server.container}: its start script looks the edges up; it does so by itself within seconds once MagicDNS tells it the new address`;
    return [{ where: ground.server.container, what: `it trusts ${address} as ${host}, which has ${has.join(", ")}`, key: `trust ${host}`, cause: "the edge registered again, and the mail server has not noticed", fix }];
  });
}

export const nodeAddress: Check = {
  name: "node-address",
  proves: "MagicDNS names lead to the nodes that have them, at both ends, and the mail server trusts the edges' present addresses",
  from: "mailbox",
  severity: "error",
  symptom: "\"network is unreachable\", or lines that are accepted and say nothing, after a node came back or the policy changed",
  cause: "the node registered again and has another address, and the name still leads to the old node",
  fix: "delete the old machine (admin console, headscale nodes delete) and give this one the name; npm run deploy does both where an API credential allows",
  lesson: "6-network-is-unreachable-after-a-policy-change",
  seconds: 25,
  async run(ground) {
    const mailbox = await tailnetAddresses({ shell: ground.sidecar });
    const edges = await Promise.all(ground.edges.map(async (edge) => ({ edge, has: await tailnetAddresses(edge) })));
    const off = [...(mailbox.length === 0 ? [ground.sidecar.container] : []), ...edges.filter(({ has }) => has.length === 0).map(({ edge }) => `edge ${edge.site.name}`)];
    const found = await Promise.all([
      ...edges.map(({ edge }) => compared(edge.shell, `edge ${edge.site.name}`, ground.wire.mailbox.host, mailbox)),
      ...edges.map(({ edge, has }) => compared(ground.sidecar, "the mailbox", edge.node.host, has)),
      trust(ground, new Map(edges.map(({ edge, has }) => [edge.node.host, has]))),
    ]);
    return [...off.map((where) => ({ where, what: "its network has no address of the tailnet", key: "none", cause: "tailscaled is down there, or the edge's host never joined", fix: "tailscale status on that host; npm run drift" })), ...found.flat()];
  },
};
