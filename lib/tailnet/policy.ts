import type { Deployment } from "../config";
import { refuseIfAny } from "../errors";
import { grantGroups, type Wire } from "../wire";
import { checkPolicy } from "./policy/check";
import { policyNotes } from "./policy/notes";
import { policyTests } from "./policy/tests";
import type { PolicyGrant, PolicyEntries } from "./policy/types";

export type * from "./policy/types";
export { checkPolicy } from "./policy/check";
export { POLICY_MARKER } from "./policy/entry";
export { renderPolicy } from "./policy/render";

/** Who may give our tags to a node. The contract keeps autogroups away from Headscale, which refuses them here. */
function tagOwnersOf({ tailnet }: Deployment, wire: Wire): Record<string, readonly string[]> {
  const tags = [wire.mailbox.tag, ...wire.edges.map((edge) => edge.tag), ...wire.grants.map((grant) => grant.dst)];
  return Object.fromEntries(tags.map((tag) => [tag, tailnet.admins]));
}

/**
 * What the tailnet's policy has to hold for this wire: nothing that the wire does not grant, one `tcp:port` for each line.
 * @throws MistakesError when it does not agree with the wire
 */
export function tailnetPolicy(deployment: Deployment, wire: Wire): PolicyEntries {
  const grants = grantGroups(wire.grants).map(({ src, dst, lines }): PolicyGrant => ({ src, dst: [dst], ip: lines.map(({ port }) => `tcp:${port}`) }));
  const tagOwners = tagOwnersOf(deployment, wire);
  const owner = { name: deployment.tailnet.policy.deployment, mailbox: wire.mailbox.tag, tags: Object.keys(tagOwners) };
  const policy = { owner, tagOwners, grants, tests: policyTests(deployment, wire, grants), notes: policyNotes(wire) };
  refuseIfAny(checkPolicy(policy, wire));
  return policy;
}
