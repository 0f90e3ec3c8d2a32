import { table } from "../lib/text";
import { PREFIX } from "./addresses";
import { deploymentContainers, isOurs } from "./ground";
import type { Lab } from "./lab";

/** `npm run lab -- status`: every container of the lab. @returns whether there are any, all of them healthy */
export async function status(lab: Lab): Promise<boolean> {
  if (!(await isOurs(lab))) {
    lab.say(`no lab of ${lab.folder} on the engine at ${lab.host}; npm run lab -- up`);
    return false;
  }
  const { stdout } = await lab.engine.docker(["ps", "-a", "--filter", `name=^${PREFIX}`, "--format", "{{.Names}}"]);
  const names = [...stdout.split("\n").filter(Boolean).sort(), ...(await deploymentContainers(lab))];
  const states = await Promise.all(names.map(async (name) => ({ name, state: await lab.engine.container(name) })));
  const rows = states.map(({ name, state }) => [name, state?.status ?? "gone", state?.health ?? "", String(state?.restarts ?? "")]);
  table([["container", "status", "health", "restarts"], ...rows], { right: [3] }).forEach((line) => lab.say(line));
  return states.length > 0 && states.every(({ state }) => state?.status === "running" && (state.health ?? "healthy") === "healthy");
}
