import { existsSync, readdirSync, rmSync } from "node:fs";
import { destroy } from "../lib/deploy/destroy";
import { MistakesError, refuseIfAny } from "../lib/errors";
import { Stack } from "../lib/site/stack";
import { PREFIX } from "./addresses";
import { isOurs } from "./ground";
import { placeOf, type Lab } from "./lab";
import { remove, stackOf } from "./terraform";

/** What outlives a lab: the names of stand-ins, and the packages that they were made of. */
const KEPT = ["images.env", "cache"];

/** Removes all of the lab, also one that came up half-way, and nothing else. Images stay. */
export async function down(lab: Lab): Promise<void> {
  const silence = await lab.engine.silence(20);
  refuseIfAny(silence === undefined ? [] : [`the Docker engine at ${lab.host} does not answer: ${silence}; start it, or name another one in LAB_DOCKER_HOST`]);
  if (!(await isOurs(lab))) {
    lab.say(`nothing to remove: ${lab.folder} has no lab on the engine at ${lab.host}`);
    return;
  }
  const problems: string[] = [];
  const attempt = async (what: string, act: () => Promise<string | undefined>): Promise<void> => {
    const problem = await act().catch((error: unknown) => (error instanceof MistakesError ? error.mistakes.join("; ") : String(error)));
    if (problem !== undefined) problems.push(`${what}: ${problem}`);
  };
  if (existsSync(stackOf(lab, "neighbours").folder)) await attempt("neighbours", () => remove(lab, "neighbours"));
  if (existsSync(lab.path(".env"))) await attempt("deployment", async () => ((await destroy(placeOf(lab), { yes: true, withData: true })) === 0 ? undefined : "not all was removed"));
  if (existsSync(stackOf(lab, "world").folder)) await attempt("world", () => remove(lab, "world"));
  await sweep(lab);
  problems.forEach((line) => lab.say(`note: ${line}; what was left of it is removed by name`));
  for (const name of readdirSync(lab.folder)) if (!KEPT.includes(name)) rmSync(lab.path(name), { recursive: true, force: true });
  lab.say("lab is down: nothing of it is left but its images");
}

/** What a state that was lost half-way knows nothing of: by the exact names in what was synthesized, and by the lab's own prefix. */
async function sweep(lab: Lab): Promise<void> {
  const list = async (...args: string[]): Promise<string[]> => (await lab.engine.docker(args)).stdout.split("\n").filter(Boolean);
  const folder = lab.path("cdktf.out", "stacks");
  const stacks = existsSync(folder) ? readdirSync(folder).map((name) => new Stack(name, lab.path("cdktf.out", "stacks", name))) : [];
  const placed = new Set(stacks.flatMap((stack) => [...stack.containers.map(({ name }) => name), ...stack.keptVolumes.map((address) => stack.nameOf(address))]));
  const owners = [...placed].filter((name) => name.endsWith("-namespace")).map((name) => name.slice(0, -"-namespace".length));
  const ours = (name: string): boolean => name.startsWith(PREFIX) || placed.has(name) || owners.includes(name) || owners.some((owner) => name === `${owner}-netns`);
  const containers = (await list("ps", "-a", "--format", "{{.Names}}")).filter(ours);
  if (containers.length > 0) await lab.engine.docker(["rm", "-f", ...containers]);
  const volumes = (await list("volume", "ls", "-q")).filter(ours);
  if (volumes.length > 0) await lab.engine.docker(["volume", "rm", ...volumes]);
  const networks = (await list("network", "ls", "--format", "{{.Name}}")).filter(ours);
  if (networks.length > 0) await lab.engine.docker(["network", "rm", ...networks]);
}
