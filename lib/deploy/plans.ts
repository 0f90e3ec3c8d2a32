import { rmSync } from "node:fs";
import { join } from "node:path";
import { changesOf, errorsOf, type Change } from "../site/events";
import { explain, type Failure } from "./failure";
import { forgetLeftImages } from "./left-images";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";
import type { TerraformRun } from "../site/terraform";

/** Name of the plan's file in the stack's folder; it is there only until it is carried out. */
export const PLAN_FILE = "tailwart.tfplan";

export interface Plan {
  readonly stack: Stack;
  readonly changes: readonly Change[];
  readonly failure?: Failure;
}

/**
 * What Terraform would do in each stack, all stacks at once. Reads only, but for images of edges that are no more, which it forgets.
 * @param again addresses in a stack that are to be applied again, although Terraform sees no change
 */
export async function planAll(site: Site, again: (stack: Stack) => Promise<readonly string[]> = async () => []): Promise<readonly Plan[]> {
  for (const stack of site.chosen) {
    // One after the other: several at once may not share a plugin cache.
    const problem = (await site.terraform(stack).init()) ?? (await forgetLeftImages(site, stack));
    if (problem !== undefined) return [{ stack, changes: [], failure: explain({ summary: problem, detail: "" }, undefined, []) }];
  }
  return Promise.all(
    site.chosen.map(async (stack): Promise<Plan> => {
      const ran = await site.terraform(stack).plan(PLAN_FILE, await again(stack));
      return ran.status === 0 || ran.status === 2 ? { stack, changes: changesOf(ran.events) } : { stack, changes: [], failure: failureOf(ran, stack) };
    }),
  );
}

export function dropPlans(stacks: readonly Stack[]): void {
  for (const { folder } of stacks) rmSync(join(folder, PLAN_FILE), { force: true });
}

/** The first error of a run, in a person's words. */
export function failureOf({ events, rest }: TerraformRun, stack: Stack, output: (address: string) => readonly string[] = () => []): Failure {
  // Several parts may fail at once; the wait for a container's health knows most.
  const errors = errorsOf(events);
  const first = errors.find(({ address }) => address !== undefined && output(address).length > 0) ?? errors[0];
  if (first === undefined) return { line: rest || "terraform ended without a word", seen: [] };
  return explain(first, first.address === undefined ? undefined : stack.nameOf(first.address), first.address === undefined ? [] : output(first.address));
}

const SIGN: Partial<Record<Change["action"], string>> = { create: "+", delete: "-", replace: "±", update: "~" };

/** The plan as a person reads it: what the engines get, one line each; our own marks are left out. */
export const planLines = ({ stack, changes }: Plan): string[] =>
  changes.filter(({ address }) => stack.isVisible(address) && stack.waitsFor(address) === undefined).map(({ address, action }) => `  ${SIGN[action] ?? action} ${stack.kindOf(address)}${stack.nameOf(address)}`);
