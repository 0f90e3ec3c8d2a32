import { policyDrift } from "../../tailnet/drift";
import type { Look } from "./look";

/** The tailnet's policy as it is now; everybody who administers the tailnet can change it. */
export const policy: Look = async ({ deployment, wire, place, say }, stack) => {
  if (stack.name !== "tailnet") return [];
  const { status, lines } = await policyDrift(deployment, wire, place.project);
  const notes = lines.filter((line) => line.startsWith("note: "));
  if (status !== "unknown") notes.forEach((line) => say(line));
  if (status === "ok") return [];
  if (status === "drift") return lines.filter((line) => !notes.includes(line)).map((what) => ({ where: "policy", what }));
  // Without a credential nothing is wrong; a person keeps the policy.
  if (deployment.tailnet.policy.credential !== undefined) throw new Error(lines.join("; "));
  lines.forEach((line) => say(`note: ${line}`));
  return [];
};
