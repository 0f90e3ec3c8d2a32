import { errorsOf } from "../site/events";
import { shortened, type Failure } from "./failure";
import { fetchImages, whyBuildFailed } from "./images";
import type { Options } from "./options";
import { orphans } from "./orphans";
import { PLAN_FILE, dropPlans, failureOf, planAll, planLines, type Plan } from "./plans";
import { unmet } from "./preconditions";
import { completePolicy, policyToRepair } from "./policy";
import { Progress } from "./progress";
import { unhealthy } from "./settled";
import { siteOf, type Place, type Site } from "../site/site";
import { smoke } from "./smoke";

/** How long a container may take that Terraform has started again in place. */
const PATIENCE_SECONDS = 120;

/**
 * `npm run deploy`: synthesizes, asks what could go wrong, shows the review, and deploys the stacks in their order.
 * @returns the exit code
 * @throws MistakesError for what is wrong in .env or on the command line
 */
export const deploy = async (place: Place, options: Options): Promise<number> => deploySite(siteOf(place, options), options);

/** {@link deploy} for a project that is synthesized. */
export async function deploySite(site: Site, options: Options): Promise<number> {
  const begun = Date.now();
  const problems = await unmet(site);
  if (problems.length > 0) return refused(site, problems);
  try {
    const plans = await planAll(site, (stack) => policyToRepair(site, stack));
    for (const { stack, failure } of plans) if (failure !== undefined) return failed(site, stack.name, failure, "nothing was changed");
    for (const line of orphans(site)) site.say(`note: ${line}`);
    const wanted = plans.filter(({ changes }) => changes.length > 0);
    if (wanted.length === 0) return nothingToDo(site, begun);
    if (!(await agreed(site, wanted, options))) return 1;
    return await carryOut(site, wanted, begun);
  } finally {
    dropPlans(site.chosen);
  }
}

function refused(site: Site, problems: readonly string[]): number {
  site.place.output.stderr.write(`${problems.join("\n")}\n\nnothing was changed\n`);
  return 1;
}

function failed(site: Site, where: string, { line, seen }: Failure, rest: string): number {
  const lines = [`${where}: ${line}`, ...shortened(seen).map((one) => `  | ${one}`), "", rest];
  site.place.output.stderr.write(`${lines.join("\n")}\n`);
  return 1;
}

const names = (list: readonly string[]): string => list.join(", ");
const seconds = (begun: number): string => `${Math.round((Date.now() - begun) / 1000)} s`;

async function nothingToDo(site: Site, begun: number): Promise<number> {
  const [sick] = await unhealthy(site, site.chosen, 0);
  if (sick !== undefined) return failed(site, "nothing to change, yet", sick, "npm run drift looks closer");
  site.say(`nothing to do: ${names(site.chosen.map(({ name }) => name))} ${site.chosen.length === 1 ? "is" : "are"} as .env wants it, and healthy (${seconds(begun)})`);
  return 0;
}

async function agreed(site: Site, plans: readonly Plan[], { yes }: Options): Promise<boolean> {
  site.say(site.summary);
  site.say("TO DO: + new, ~ changed in place, ± replaced, - removed");
  for (const plan of plans) site.say([` ${plan.stack.name}`, ...planLines(plan)].join("\n"));
  if (yes) return true;
  if (!site.place.attended) {
    site.place.output.stderr.write("deploy: nobody is here to say yes; read the table and run npm run deploy -- --yes\n\nnothing was changed\n");
    return false;
  }
  if (/^y(es)?$/i.test((await site.place.ask("\ndeploy this? yes or no: ")).trim())) return true;
  site.say("nothing was changed");
  return false;
}

async function carryOut(site: Site, plans: readonly Plan[], begun: number): Promise<number> {
  const lacking = await fetchImages(site);
  if (lacking.length > 0) return refused(site, lacking);
  for (const [index, plan] of plans.entries()) {
    const failure = await applyOne(site, plan);
    if (failure !== undefined) return failed(site, plan.stack.name, failure, whatStands(plans.map(({ stack }) => stack.name), index, plan.stack.name));
  }
  if (plans.some(({ stack }) => stack.name !== "images")) await completePolicy(site);
  site.say("");
  let fine = true;
  for (const { name } of site.chosen) {
    const edge = site.edgeOf(name);
    if (edge !== undefined) fine = (await smoke(site, edge)) && fine;
  }
  site.say(fine ? `deployed in ${seconds(begun)}` : `deployed in ${seconds(begun)}, but not every line answers: see FAIL above`);
  return fine ? 0 : 1;
}

async function applyOne(site: Site, { stack, changes }: Plan): Promise<Failure | undefined> {
  const progress = new Progress(stack, changes, (line) => site.say(line));
  const ran = await site.terraform(stack).apply(PLAN_FILE, (event) => progress.event(event));
  if (ran.status === 0) return (await unhealthy(site, [stack], PATIENCE_SECONDS))[0];
  const image = errorsOf(ran.events).find(({ address }) => address?.startsWith("docker_image."))?.address;
  return (image === undefined ? undefined : await whyBuildFailed(site, stack, image)) ?? failureOf(ran, stack, (address) => progress.output(address));
}

/** What a failed deploy has left: the stacks before are done, this one is half-way, those after it are as they were. */
function whatStands(all: readonly string[], index: number, name: string): string {
  const [before, after] = [all.slice(0, index), all.slice(index + 1)];
  const parts = [
    ...(before.length === 0 ? [] : [`done: ${names(before)}`]),
    name === "images" ? "images: nothing that runs was touched" : `${name}: stopped half-way; mend it and deploy again, it goes on from here`,
    ...(after.length === 0 ? [] : [`as before: ${names(after)}`]),
  ];
  return parts.join("; ");
}
