import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { EdgeSite } from "../config";
import type { Site } from "../site/site";
import { forget, kept } from "./kept";

type Known = Pick<Site, "deployment" | "edgeOf" | "place" | "say" | "stacks">;

/** A stack's state file, and how many resources stand in it. */
export function localState(project: string, stack: string): { readonly path: string; readonly resources: number } {
  const path = join(project, `terraform.${stack}.tfstate`);
  const { resources = [] } = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { resources?: unknown[] }) : {};
  return { path, resources: resources.length };
}

/** The name that an edge's stack had while there was another number of edges. */
function formerName(site: Known, stack: string, edge: EdgeSite): string | undefined {
  if (stack === "edge") return `edge-${edge.name}`;
  // Of several edges that one was alone whose engine the old stack was deployed to.
  return kept(site, "edge")?.hosts.includes(edge.dockerHost) ? "edge" : undefined;
}

/**
 * An edge that is alone has the stack `edge`, one of several `edge-<name>`. When their number goes from one to more or back, the
 * same edge is another stack; its local state goes along, or the deploy would make what is there already.
 */
export function followRenamed(site: Known): void {
  if (site.deployment.state.kind !== "local") return;
  for (const stack of site.stacks) {
    const edge = site.edgeOf(stack);
    const own = localState(site.place.project, stack);
    if (edge === undefined || own.resources > 0) continue;
    const former = formerName(site, stack, edge);
    if (former === undefined || site.stacks.includes(former)) continue;
    const old = localState(site.place.project, former);
    if (old.resources === 0) continue;
    renameSync(old.path, own.path);
    // It names the old state; the next deploy that goes well keeps the stack anew.
    forget(site, former);
    site.say(`${stack}: the stack ${former} is called ${stack} now; its state goes on in terraform.${stack}.tfstate`);
  }
}
