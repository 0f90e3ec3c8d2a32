import { policyDrift } from "../../tailnet/drift";
import { PRIVATE_PORTS } from "../../wire";
import { lookedUpIn } from "../addresses";
import { CannotAsk, type Check, type Finding } from "../check";
import type { EdgeGround, Ground } from "../ground";
import { reach } from "../reach";

/** What the policy lets an edge do, tried at the mailbox. */
async function probed(ground: Ground, edge: EdgeGround): Promise<Finding[]> {
  const { wire } = ground;
  if ((await lookedUpIn(edge.shell, wire.mailbox.host)).length === 0) throw new CannotAsk(`${wire.mailbox.host} is not known on edge ${edge.site.name}; npm run doctor -- --only node-name,node-address says why`);
  const granted = wire.grants.filter(({ src, dst }) => src.includes(edge.node.tag) && dst === wire.mailbox.tag).map(({ port }) => port);
  const nobody = { line: "a port that nobody may reach", port: PRIVATE_PORTS.recovery, proxy: "none", protocol: "http", tls: "none" };
  const found = [...wire.listeners, nobody].map(async ({ line, port, proxy, protocol, tls }): Promise<Finding[]> => {
    const wanted = granted.includes(port);
    const outcome = await reach(edge.shell, wire.mailbox.host, port, { proxy: proxy === "v2", protocol, tls }, wanted ? 12 : 5);
    const where = `edge ${edge.site.name} -> ${wire.mailbox.host}:${port}`;
    // Whether the server answers there is banner's.
    if (wanted) return outcome === "dropped" ? [{ where, what: `${line} is not let through: nothing comes back`, key: "closed" }] : [];
    return outcome === "dropped" ? [] : [{ where, what: `${line} is reached (${outcome}), and no grant of ours names it`, key: "open", cause: "another rule of the policy lets more through than this needs", fix: "narrow the rule (admin console, Access controls); npm run policy writes only our lines" }];
  });
  return (await Promise.all(found)).flat();
}

/** A wider rule of others is no fault of ours. */
const causeOf = (line: string): Pick<Finding, "cause" | "fix"> =>
  line.startsWith("widened: ")
    ? { cause: "a rule of others in the policy is wider than mail needs, perhaps on purpose", fix: "narrow the rule (admin console, Access controls), or accept it by name in TS_POLICY_ACCEPT" }
    : {};

export const policy: Check = {
  name: "policy",
  proves: "the tailnet's policy lets the edges reach the public lines, and nothing else of the mailbox",
  from: "edge host",
  severity: "error",
  symptom: "a line is accepted by the edge and says nothing; or a taken edge reaches more than mail",
  cause: "the policy was edited: our grants are gone, or a wider rule stands beside them",
  fix: "npm run policy puts our lines back where a credential is given; else paste cdktf.out/review/tailnet-policy.hujson",
  lesson: "pitfalls",
  seconds: 25,
  async run(ground) {
    const { status, lines } = await policyDrift(ground.deployment, ground.wire, ground.project);
    if (status === "unknown" && ground.deployment.tailnet.policy.credential !== undefined) throw new CannotAsk(lines.join("; "));
    const live = status === "drift" ? lines.filter((line) => !line.startsWith("note: ")).map((what): Finding => ({ where: "policy", what, ...causeOf(what) })) : [];
    return [...live, ...(await Promise.all(ground.edges.map((edge) => probed(ground, edge)))).flat()];
  },
};
