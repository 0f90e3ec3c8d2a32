import type { ContainerState } from "../../site/engine";
import type { Finding, Look } from "./look";

/** So many starts, the last of them so recently, are no longer a watch that follows a change. */
const MANY = 3;
const RECENT_MS = 60 * 60 * 1000;

/** What a container's state says against it. */
export function complaint(state: ContainerState | undefined, now: number): string | undefined {
  if (state === undefined) return "is not there";
  if (state.status !== "running") return `is ${state.status}`;
  if (state.health === "unhealthy") return "is unhealthy; docker logs says more";
  if (state.restarts >= MANY && now - state.started.getTime() < RECENT_MS) return `was started again ${state.restarts} times, last at ${state.started.toISOString()}; docker logs says more`;
  return undefined;
}

export const health: Look = async (site, stack) => {
  const found = await Promise.all(
    stack.containers.map(async ({ name, engine }): Promise<Finding[]> => {
      const what = complaint(await site.engine(engine).container(name), Date.now());
      return what === undefined ? [] : [{ where: name, what }];
    }),
  );
  return found.flat();
};
