import type { Failure } from "./failure";
import type { Site } from "../site/site";
import type { PlacedContainer, Stack } from "../site/stack";

const LOG_LINES = 20;
/** How long a container may take that Terraform has started again in place. */
export const PATIENCE_SECONDS = 120;

/**
 * A container that Terraform started again in place has no wait of its own, so all of them are looked at after an apply.
 * @param patience seconds for those that are still starting
 */
export async function unhealthy(site: Site, stacks: readonly Stack[], patience: number): Promise<readonly Failure[]> {
  const found = await Promise.all(stacks.flatMap((stack) => stack.containers).map((container) => unhealthyOne(site, container, patience)));
  return found.flatMap((failure) => failure ?? []);
}

async function unhealthyOne(site: Site, { name, engine: host }: PlacedContainer, patience: number): Promise<Failure | undefined> {
  const engine = site.engine(host);
  const end = Date.now() + patience * 1000;
  for (;;) {
    const state = await engine.container(name);
    if (state?.status === "running" && (state.health ?? "healthy") === "healthy") return undefined;
    const starting = state?.status === "restarting" || state?.health === "starting";
    if (state?.status === "running" && starting && (await engine.checks(name))) return undefined;
    if (!starting || Date.now() >= end) {
      const { stdout, stderr } = state === undefined ? { stdout: "", stderr: "" } : await engine.logs(name, LOG_LINES);
      const what = state === undefined ? "is not there" : `is not healthy (${state.status}${state.health === undefined ? "" : ` ${state.health}`})`;
      return { line: `${name} ${what}`, seen: `${stdout}${stderr}`.split("\n").filter((line) => line !== "").slice(-LOG_LINES) };
    }
    await new Promise((wake) => setTimeout(wake, 1000));
  }
}
