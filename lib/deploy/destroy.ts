import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuseIfAny } from "../errors";
import { forget } from "./kept";
import { leaving } from "./leave";
import { forgetLeftImages } from "./left-images";
import type { Options } from "./options";
import { failureOf } from "./plans";
import { engines, programs } from "./preconditions";
import { Progress } from "./progress";
import { followRenamed } from "./renamed";
import { siteOf, type Place, type Site } from "../site/site";
import type { Stack } from "../site/stack";

/** Lets Terraform remove protected volumes; Terraform merges it over cdk.tf.json (its "override files"). */
const OVERRIDE = "tailwart_override.tf.json";

/**
 * `npm run destroy`: removes the stacks in reverse. Volumes with data stay, on the engine and in the state, and the next deploy
 * takes them up again; with `--with-data` they go too, and the nodes from the tailnet.
 * @returns the exit code
 */
export const destroy = async (place: Place, options: Options): Promise<number> => destroySite(siteOf(place, options), options);

/** {@link destroy} for a project that is synthesized. */
export async function destroySite(site: Site, options: Options): Promise<number> {
  const stacks = [...site.chosen].reverse();
  refuseIfAny([...(await programs(site)), ...(await engines(site))]);
  if (!(await agreed(site, stacks, options))) return 1;
  followRenamed(site);
  for (const stack of stacks) {
    const leave = options.withData ? await leaving(site, stack) : undefined;
    const problem = await destroyOne(site, stack, options.withData);
    if (problem === undefined) {
      await leave?.();
      forget(site, stack.name);
      continue;
    }
    site.place.output.stderr.write(`${stack.name}: ${problem}\n\nstopped here; run it again, it goes on from where it is\n`);
    return 1;
  }
  site.say(options.withData ? "all is removed, mail and keys too; images and .secrets are left" : `removed; ${keptNames(stacks).join(", ") || "nothing"} kept: npm run deploy takes ${keptNames(stacks).length === 1 ? "it" : "them"} up again`);
  return 0;
}

const keptNames = (stacks: readonly Stack[]): string[] => stacks.flatMap((stack) => stack.keptVolumes.map((address) => `volume ${stack.nameOf(address)}`));

async function agreed(site: Site, stacks: readonly Stack[], { yes, withData }: Options): Promise<boolean> {
  const { ask, attended, output } = site.place;
  const containers = stacks.flatMap((stack) => stack.containers.map(({ name }) => name));
  site.say(`to be removed: ${containers.join(", ") || "no container"}`);
  site.say(`${withData ? "to be removed FOR EVER" : "kept"}: ${keptNames(stacks).join(", ") || "no volume"}`);
  const refuse = (line: string): false => {
    output.stderr.write(`${line}\n\nnothing was changed\n`);
    return false;
  };
  if (withData) {
    const [domain] = site.deployment.domains;
    return (await ask("\nall mail goes, and no backup is made. Type the domain's name to go on: ")).trim() === domain || refuse(`destroy: that was not ${domain}`);
  }
  if (yes) return true;
  if (!attended) return refuse("destroy: nobody is here to say yes; run npm run destroy -- --yes");
  return /^y(es)?$/i.test((await ask("\nremove these? yes or no: ")).trim()) || refuse("destroy: that was no yes");
}

/** @returns what went wrong */
async function destroyOne(site: Site, stack: Stack, withData: boolean): Promise<string | undefined> {
  const terraform = site.terraform(stack);
  const problem = (await terraform.init()) ?? (await forgetLeftImages(site, stack));
  if (problem !== undefined) return problem;
  const all = await terraform.resources();
  if (all === undefined) return "the state cannot be read; look at it with terraform state list in the stack's folder";
  const targets = all.filter((address) => withData || !stack.keptVolumes.includes(address));
  // Without a target Terraform would mean everything.
  if (targets.length === 0) return void site.say(`${stack.name} nothing to remove`);
  const progress = new Progress(stack, targets.map((address) => ({ address, action: "delete" })), (line) => site.say(line));
  try {
    // Terraform refuses a file that overrides nothing.
    if (withData && stack.keptVolumes.length > 0) writeFileSync(join(stack.folder, OVERRIDE), JSON.stringify(unprotected(stack.keptVolumes)));
    const ran = await terraform.destroy(targets, (event) => progress.event(event));
    return ran.status === 0 ? undefined : failureOf(ran, stack).line;
  } finally {
    if (readdirSync(stack.folder).includes(OVERRIDE)) rmSync(join(stack.folder, OVERRIDE));
  }
}

/** `docker_volume.x` for each: prevent_destroy off. */
export function unprotected(addresses: readonly string[]): { resource: { docker_volume: Record<string, { lifecycle: { prevent_destroy: false } }> } } {
  return { resource: { docker_volume: Object.fromEntries(addresses.map((address) => [address.slice("docker_volume.".length), { lifecycle: { prevent_destroy: false as const } }])) } };
}
