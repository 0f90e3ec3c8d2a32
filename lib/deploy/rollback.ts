import { shortened, type Failure } from "./failure";
import { kept } from "./kept";
import { PLAN_FILE, failureOf } from "./plans";
import { Progress } from "./progress";
import { PATIENCE_SECONDS, unhealthy } from "./settled";
import { changesOf, type TerraformEvent } from "../site/events";
import type { Site } from "../site/site";
import type { PlacedContainer, Stack } from "../site/stack";

/**
 * Whether what runs may no longer be what ran before: Terraform has begun with a container. What stops earlier (a lock, a
 * volume, a plan that is too old) has touched nothing that serves.
 */
export const hasTouched = (events: readonly TerraformEvent[]): boolean =>
  events.some(({ type, hook }) => type === "apply_start" && hook?.resource.addr.startsWith("docker_container."));

/**
 * Whether somebody stopped Terraform (Ctrl-C). Who does that wants it to end, and may be about to mend things by hand, so
 * nothing is put back then.
 */
export const wasStopped = (events: readonly TerraformEvent[]): boolean => events.some((event) => event.type === "log" && /Interrupt received/.test(event["@message"]));

/** Containers with data that go back to another image: what the new one wrote stays written. */
export const wroteNewer = (now: readonly PlacedContainer[], before: readonly PlacedContainer[]): string[] =>
  before.flatMap(({ name, image, keepsData }) => {
    const tried = now.find((one) => one.name === name)?.image;
    return !keepsData || tried === undefined || tried === image ? [] : [`${name}: ${image} was started again on data that ${tried} may have changed; look at its log, and restore a backup if it cannot read them`];
  });

/**
 * Deploys again what was deployed before a stack's failure, with the same state, and waits until it is healthy.
 * @returns what stands now, for one line; undefined when there was nothing to go back to
 */
export async function putBack(site: Site, stack: Stack): Promise<string | undefined> {
  const before = kept(site, stack.name);
  if (before === undefined) return undefined;
  const begun = Date.now();
  site.say(`${stack.name}: going back to what ran before`);
  const failure = await applyAgain(site, before);
  const outcome = `${stack.name}: ${failure === undefined ? "put back as it was before" : `could not be put back: ${failure.line}`} (${Math.round((Date.now() - begun) / 1000)} s)`;
  site.place.output.stderr.write([outcome, ...shortened(failure?.seen ?? []).map((line) => `  | ${line}`), ...wroteNewer(stack.containers, before.containers), ""].join("\n"));
  return failure === undefined ? `${stack.name}: as before` : `${stack.name}: stopped half-way; mend it and deploy again, it goes on from here`;
}

async function applyAgain(site: Site, stack: Stack): Promise<Failure | undefined> {
  const terraform = site.terraform(stack);
  const problem = await terraform.init();
  if (problem !== undefined) return { line: problem, seen: [] };
  const plan = await terraform.plan(PLAN_FILE);
  if (plan.status !== 0 && plan.status !== 2) return failureOf(plan, stack);
  const progress = new Progress(stack, changesOf(plan.events), (line) => site.say(line));
  const ran = await terraform.apply(PLAN_FILE, (event) => progress.event(event));
  return ran.status === 0 ? (await unhealthy(site, [stack], PATIENCE_SECONDS))[0] : failureOf(ran, stack, (address) => progress.output(address));
}
