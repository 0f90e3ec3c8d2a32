import { differentBytes, pinOf } from "../edge/record";
import { errorsOf, type TerraformEvent } from "../site/events";
import { collisions } from "./collisions";
import { shortened, type Failure } from "./failure";
import { edgeRecords } from "./looks/caddy";
import { keep } from "./kept";
import { HeadStart, type Applied } from "./head-start";
import { fetchImages, whyBuildFailed } from "./images";
import type { Options } from "./options";
import { orphans } from "./orphans";
import { PLAN_FILE, dropPlans, failureOf, planAll, planLines, type Plan } from "./plans";
import { hostProblems, unmet } from "./preconditions";
import { isFirst, offerPreflight } from "./preflight";
import { completePolicy, policyToRepair } from "./policy";
import { Progress } from "./progress";
import { followRenamed } from "./renamed";
import { hasTouched, putBack, wasStopped } from "./rollback";
import { PATIENCE_SECONDS, unhealthy } from "./settled";
import { rightNames } from "./node-name";
import { siteOf, type Place, type Site } from "../site/site";
import { smoke } from "./smoke";
import type { Stack } from "../site/stack";

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
  followRenamed(site);
  try {
    const plans = await planAll(site, (stack) => policyToRepair(site, stack));
    for (const { stack, failure } of plans) if (failure !== undefined) return failed(site, stack.name, failure, "nothing was changed");
    // First whose things these are: another deployment's database and ports would be taken for ours.
    const taken = await collisions(site, plans);
    const standing = taken.length > 0 ? taken : await hostProblems(site);
    if (standing.length > 0) return refused(site, standing);
    for (const line of orphans(site)) site.say(`note: ${line}`);
    const wanted = plans.filter(({ changes }) => changes.length > 0);
    if (wanted.length === 0) return nothingToDo(site, begun);
    if (isFirst(plans)) await offerPreflight(site, site.place.attended && !options.yes);
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

function say(site: Site, where: string, { line, seen }: Failure): void {
  site.place.output.stderr.write([`${where}: ${line}`, ...shortened(seen).map((one) => `  | ${one}`), ""].join("\n"));
}

function failed(site: Site, where: string, failure: Failure, rest: string): number {
  say(site, where, failure);
  site.place.output.stderr.write(`\n${rest}\n`);
  return 1;
}

const names = (list: readonly string[]): string => list.join(", ");
const seconds = (begun: number): string => `${Math.round((Date.now() - begun) / 1000)} s`;

async function nothingToDo(site: Site, begun: number): Promise<number> {
  const [sick] = await unhealthy(site, site.chosen, 0);
  if (sick !== undefined) return failed(site, "nothing to change, yet", sick, "npm run drift looks closer");
  for (const stack of site.chosen) keep(site, stack);
  if (!(await rightNames(site))) return 1;
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
  // What stays as it is first, and each stack before the next one: an edge that dials a name which is another node's fails its
  // health, and nothing would say why.
  let fine = await rightNames({ ...site, chosen: site.chosen.filter((stack) => !plans.some((plan) => plan.stack === stack)) });
  const early = new HeadStart(site, plans);
  for (const [index, plan] of plans.entries()) {
    const { stack } = plan;
    if (stack.name === "mailbox") early.begin((one) => applyOne(site, one));
    const { failure, events } = (await early.outcome(stack)) ?? (await applyOne(site, plan));
    if (failure === undefined) {
      keep(site, stack);
      fine = (await rightNames({ ...site, chosen: [stack] })) && fine;
      continue;
    }
    await early.end();
    say(site, stack.name, failure);
    const outcome = hasTouched(events) && !wasStopped(events) ? await putBack(site, stack) : undefined;
    site.place.output.stderr.write(`\n${whatStands(plans.map((one) => one.stack.name), index, outcome ?? leftAsItIs(stack, events))}\n`);
    return 1;
  }
  if (plans.some(({ stack }) => stack.name !== "images")) await completePolicy(site);
  site.say("");
  for (const { name } of site.chosen) {
    const edge = site.edgeOf(name);
    if (edge !== undefined) fine = (await smoke(site, edge)) && fine;
  }
  if (plans.some(({ stack }) => stack.name === "images" || site.edgeOf(stack.name) !== undefined)) {
    const records = await edgeRecords(site);
    for (const { edge, record } of records)
      site.say(`edge ${edge}: Caddy ${record.caddy} with caddy-l4 ${record.caddyL4} (${record.arch}); to pin it: ${pinOf(record)}`);
    for (const line of differentBytes(records)) site.say(`note: ${line}`);
  }
  site.say(fine ? `deployed in ${seconds(begun)}` : `deployed in ${seconds(begun)}, but not all is as it should be: see above`);
  return fine ? 0 : 1;
}

async function applyOne(site: Site, { stack, changes }: Plan): Promise<Applied> {
  const progress = new Progress(stack, changes, (line) => site.say(line));
  const ran = await site.terraform(stack).apply(PLAN_FILE, (event) => progress.event(event));
  const { events } = ran;
  if (ran.status === 0) return { events, failure: (await unhealthy(site, [stack], PATIENCE_SECONDS))[0] };
  const image = errorsOf(ran.events).find(({ address }) => address?.startsWith("docker_image."))?.address;
  return { events, failure: (image === undefined ? undefined : await whyBuildFailed(site, stack, image)) ?? failureOf(ran, stack, (address) => progress.output(address)) };
}

/** What a failure leaves of its own stack where nothing is put back: at the first deploy, and after Ctrl-C. */
function leftAsItIs({ name }: Stack, events: readonly TerraformEvent[]): string {
  if (!hasTouched(events)) return `${name}: nothing that runs was touched`;
  return `${name}: ${wasStopped(events) ? "stopped by hand, half-way, and nothing was put back" : "stopped half-way"}; mend it and deploy again, it goes on from here`;
}

/** What a failed deploy has left: the stacks before are done, those after it are as they were. */
function whatStands(all: readonly string[], index: number, own: string): string {
  const [before, after] = [all.slice(0, index), all.slice(index + 1)];
  const parts = [
    ...(before.length === 0 ? [] : [`done: ${names(before)}`]),
    own,
    ...(after.length === 0 ? [] : [`as before: ${names(after)}`]),
  ];
  return parts.join("; ");
}
