import { connect } from "../tailnet/api";
import { applyPolicy } from "../tailnet/apply";
import { policyJob } from "../tailnet/job";
import { outcomeLines } from "../tailnet/outcome";
import type { Site } from "./site";

/**
 * Puts in what the policy had to wait with: Headscale takes a test that names a node only once that node has joined, and at
 * the first deploy the policy comes before the nodes.
 */
export async function completePolicy({ deployment, wire, place, say }: Site): Promise<void> {
  const job = policyJob(deployment, wire, place.project);
  if (job === undefined || deployment.tailnet.headscale === undefined) return;
  try {
    const outcome = await applyPolicy(connect(job.target), job.wanted, { allowFirstRule: job.allowFirstRule });
    if (outcome.written) outcomeLines(outcome).forEach((line) => say(line));
  } catch (error) {
    // All is deployed and our grants are in; only the tests wait on.
    say(`tailnet policy: its tests could not be completed (${(error as Error).message}); run npm run policy`);
  }
}
