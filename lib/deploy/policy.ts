import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../tailnet/api";
import { applyPolicy } from "../tailnet/apply";
import { policyDrift } from "../tailnet/drift";
import { policyJob } from "../tailnet/job";
import { outcomeLines } from "../tailnet/outcome";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";

/**
 * What Terraform has to apply again in the tailnet's stack although nothing of ours changed: the live policy, which its state
 * knows nothing of, when somebody took our lines out or edited them. What others added is not for us to take away.
 */
export async function policyToRepair({ deployment, wire, place, say }: Site, stack: Stack): Promise<readonly string[]> {
  if (stack.name !== "tailnet" || deployment.tailnet.policy.mode !== "apply") return [];
  const { lines } = await policyDrift(deployment, wire, place.project);
  const ours = lines.filter((line) => /^(missing|changed): /.test(line));
  lines.filter((line) => /^(widened|obstacle|note|tests): /.test(line)).forEach((line) => say(`note: tailnet policy: ${line.replace(/^note: /, "")}`));
  if (ours.length === 0) return [];
  ours.forEach((line) => say(`tailnet policy: ${line}`));
  const { resource } = JSON.parse(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")) as { resource: { null_resource: Record<string, { provisioner?: unknown }> } };
  return Object.entries(resource.null_resource)
    .filter(([name, { provisioner }]) => name.startsWith("policy_") && !name.includes("removal") && provisioner !== undefined)
    .map(([name]) => `null_resource.${name}`);
}

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
