import { lookedUpIn } from "../addresses";
import type { Check, Finding } from "../check";
import { tailnetAddresses } from "../edge-line";
import type { Ground, Shell } from "../ground";

/** A name, asked where it is dialled, against what the node itself has. */
async function compared(asker: Pick<Shell, "exec">, whose: string, host: string, has: readonly string[]): Promise<Finding[]> {
  const says = await lookedUpIn(asker, host);
  if (says.length === 0) return [{ where: host, what: `${whose} does not know the name`, key: `unknown ${whose}`, cause: "MagicDNS is off, does not reach this container, or the policy hides the node", fix: "switch MagicDNS on; tailscale status there shows whom it sees; npm run doctor -- --only policy,node-name" }];
  if (has.length === 0 || says.some((one) => has.includes(one))) return [];
  return [{ where: host, what: `${whose} is told ${says.join(", ")}, and the node has ${has.join(", ")}`, key: `address ${whose}` }];
}

/** The guard writes down whom it lets in as an edge: a line with the namespace's id, then one for each edge (guard.sh). */
async function admitted({ sidecar }: Ground, now: ReadonlyMap<string, readonly string[]>): Promise<Finding[]> {
  const { status, stdout, stderr } = await sidecar.exec(["cat", "/netns/guard"], { seconds: 15 });
  const fix = `docker restart ${sidecar.container}; docker logs there says why its guard does not stand`;
  if (status !== 0) return [{ where: sidecar.container, what: `its guard left no word: ${stderr.trim()}`, key: "guard", cause: "the guard does not run, and no edge may come in", fix }];
  const known = stdout.split("\n").slice(1).map((line) => line.split(" "));
  return [...now].flatMap(([host, has]) => {
    if (has.length === 0 || known.some(([name, address]) => name === host && has.includes(address))) return [];
    const says = known.filter(([name]) => name === host).map(([, address]) => address).join(", ") || "none";
    const cause = "the edge's node lacks its tag, or the mailbox's tailscaled does not see it: the policy hides it, or has the old node under this name";
    return [{ where: sidecar.container, what: `its guard lets ${host} in from ${says}; the node has ${has.join(", ")}`, key: `guard ${host}`, cause, fix: "tailscale status --json in the sidecar shows the node with its Tags; npm run doctor -- --only policy,node-name" }];
  });
}

export const nodeAddress: Check = {
  name: "node-address",
  proves: "MagicDNS names lead to the nodes that have them, at both ends, and the mailbox lets the edges in from their present addresses",
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
      admitted(ground, new Map(edges.map(({ edge, has }) => [edge.node.host, has]))),
    ]);
    return [...off.map((where) => ({ where, what: "its network has no address of the tailnet", key: "none", cause: "tailscaled is down there, or the edge's host never joined", fix: "tailscale status on that host; npm run drift" })), ...found.flat()];
  },
};
