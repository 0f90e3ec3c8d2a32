import { join } from "node:path";
import { rmSync } from "node:fs";
import { App, type TerraformStack } from "cdktf";
import { MistakesError } from "../lib/errors";
import { failureOf } from "../lib/deploy/plans";
import { Progress } from "../lib/deploy/progress";
import { changesOf } from "../lib/site/events";
import { Stack } from "../lib/site/stack";
import { Terraform } from "../lib/site/terraform";
import type { Lab } from "./lab";

const PLAN = "tailwart.tfplan";
const FOLDER = "world";

/** Stacks of the lab's own, beside the deployment's. */
export type OwnStack = "world" | "neighbours";
export const stackOf = (lab: Lab, name: OwnStack): Stack => new Stack(name, lab.path(FOLDER, "stacks", name));

/** Synthesizes one of the lab's own stacks and applies it. @throws MistakesError with what failed and its last lines */
export async function apply(lab: Lab, name: OwnStack, build: (app: App) => TerraformStack): Promise<Stack> {
  const outdir = lab.path(FOLDER);
  rmSync(join(outdir, "stacks", name, "assets"), { recursive: true, force: true });
  const app = new App({ outdir });
  build(app);
  app.synth();
  const stack = stackOf(lab, name);
  const terraform = new Terraform(stack.folder, lab.environment);
  const problem = await terraform.init();
  if (problem !== undefined) throw new MistakesError([`${name}: Terraform gets no providers: ${problem}; it needs registry.terraform.io or a mirror (TF_CLI_CONFIG_FILE)`]);
  const plan = await terraform.plan(PLAN);
  if (plan.status !== 0 && plan.status !== 2) throw new MistakesError([`${name}: ${failureOf(plan, stack).line}`]);
  const changes = changesOf(plan.events);
  if (changes.length === 0) return stack;
  const progress = new Progress(stack, changes, (line) => lab.say(line));
  const ran = await terraform.apply(PLAN, (event) => progress.event(event));
  if (ran.status === 0) return stack;
  const { line, seen } = failureOf(ran, stack, (address) => progress.output(address));
  seen.slice(-10).forEach((one) => lab.say(`  | ${one}`));
  throw new MistakesError([`${name}: ${line}`]);
}

/** Removes all that its state knows of. @returns what went wrong */
export async function remove(lab: Lab, name: OwnStack): Promise<string | undefined> {
  const stack = stackOf(lab, name);
  const terraform = new Terraform(stack.folder, lab.environment);
  const problem = await terraform.init();
  if (problem !== undefined) return problem;
  const all = (await terraform.resources()) ?? [];
  if (all.length === 0) return undefined;
  const progress = new Progress(stack, all.map((address) => ({ address, action: "delete" })), (line) => lab.say(line));
  const ran = await terraform.destroy([], (event) => progress.event(event));
  return ran.status === 0 ? undefined : failureOf(ran, stack).line;
}
