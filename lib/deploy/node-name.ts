import { setTimeout as sleep } from "node:timers/promises";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";
import { ApiError, connectNodes } from "../tailnet/api";
import { policyTarget } from "../tailnet/job";
import { byHand, claimName, NameKept, type ClaimOptions } from "../tailnet/nodes";
import { askNode, ownNode } from "./own-node";

/** How long a new name may take to come from the control server to the node. */
const ARRIVAL_SECONDS = 60;

/**
 * Looks whether our nodes have the names that everybody dials; one that registered again while its old node was still there
 * is `stalwart-1` now. Takes the name back where a credential for the control server allows, and says each step.
 * @returns whether all names are right in the end
 */
export async function rightNames(site: Site, options: Pick<ClaimOptions, "quietMs"> = {}): Promise<boolean> {
  let fine = true;
  for (const stack of site.chosen) fine = (await rightName(site, stack, options)) && fine;
  return fine;
}

async function rightName(site: Site, stack: Stack, options: Pick<ClaimOptions, "quietMs">): Promise<boolean> {
  const own = ownNode(site, stack);
  const seen = own && (await askNode(own));
  // A node that is off the tailnet, or says nothing, is for the health check and for drift.
  if (own === undefined || seen === undefined || seen.state !== "Running" || seen.name === own.host) return true;
  const say = (line: string): void => site.say(`tailnet node: ${line}`);
  say(`${own.container} is ${seen.name || "nobody"}, and everybody dials ${own.host}`);
  const { deployment, place } = site;
  const kind = deployment.tailnet.headscale === undefined ? "tailscale" : "headscale";
  const target = policyTarget(deployment, place.project);
  if (target === undefined) {
    say(`no credential is set that could mend it; set ${kind === "headscale" ? "HEADSCALE_API_KEY" : "TS_API_KEY, or an OAuth client with the scope devices:core"}, and deploy again; or ${byHand(kind, own.host, seen.name)}`);
    return false;
  }
  try {
    await claimName(connectNodes(target), { ...own, addresses: seen.addresses }, { ...options, say });
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NameKept)) throw error;
    say(error.message);
    if (error instanceof ApiError) [...error.details.map((line) => `  ${line}`), byHand(kind, own.host, seen.name)].forEach(say);
    return false;
  }
  for (let waited = 0; waited < ARRIVAL_SECONDS; waited += 1) {
    if ((await askNode(own))?.name === own.host) {
      say(`${own.container} is ${own.host} now`);
      return true;
    }
    await sleep(1000);
  }
  say(`${own.container} does not know its new name after ${ARRIVAL_SECONDS} s; docker restart ${own.container}`);
  return false;
}
