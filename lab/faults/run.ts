import { writeFileSync } from "node:fs";
import { table } from "../../lib/text";
import { refuseIfAny } from "../../lib/errors";
import { hintOf } from "../../lib/site/only";
import { Bench } from "../bench";
import { drift } from "../../lib/deploy/drift";
import { placeOf, type Lab } from "../lab";
import { test } from "../test";
import { asFault, clash, pairAt } from "./random";
import type { Fault } from "./fault";
import { FAULTS } from "./list";
import { failuresOf, rehearse, settle, type Rehearsed } from "./rehearse";

export const RUNS = 5;
const HEAD = ["fault", "runs", "outage", "gap", "healed", "sent", "never", "wrong", "late", "lost", "twice", "what happens"];

/** Least and most, where runs differ: a result that differs is a result. */
export function spread(figures: readonly number[]): string {
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  return least === most ? String(most) : `${least}..${most}`;
}

function healing(runs: readonly Rehearsed[]): string {
  const not = runs.filter(({ healed }) => !healed).length;
  if (not === 0) return "by itself";
  return runs.length === 1 ? "NO" : `NO: ${not} of ${runs.length}`;
}

/** The runs of each fault, in the order in which they came. */
const byFault = (all: readonly Rehearsed[]): (readonly Rehearsed[])[] =>
  [...new Set(all.map(({ fault }) => fault))].map((fault) => all.filter((one) => one.fault === fault));

/** The table of what each fault cost: the worst outage of port 25 and the worst gap of the other lines in its runs, all other figures from least to most. */
export function faultTable(all: readonly Rehearsed[]): string[] {
  const rows = byFault(all).map((runs) => {
    const [{ fault, impossible }] = runs;
    if (impossible !== undefined) return [fault.name, ...Array<string>(10).fill("-"), `not rehearsed: ${impossible}`];
    const problem = runs.find((one) => one.problem !== undefined)?.problem;
    const counts = (["never", "wrong"] as const).map((which) => spread(runs.map((one) => one[which].length)));
    return [
      fault.name,
      String(runs.length),
      `${Math.max(...runs.map(({ outage }) => outage)).toFixed(1)} s`,
      `${Math.max(...runs.flatMap(({ lines }) => lines.map(({ gap }) => gap)), 0).toFixed(1)} s`,
      healing(runs),
      spread(runs.map(({ sent }) => sent)),
      ...counts,
      spread(runs.map(({ late }) => late)),
      spread(runs.map(({ lost }) => lost.length)),
      spread(runs.map(({ twice }) => twice.length)),
      problem === undefined ? fault.what : `PROBLEM: ${problem}`,
    ];
  });
  return table([HEAD, ...rows], { right: [1, 2, 3, 5, 6, 7, 8, 9, 10] });
}

/** One line for each run that broke a promise: which fault, which run, and each promise by name. */
export const failures = (all: readonly Rehearsed[]): string[] =>
  byFault(all).flatMap((runs) =>
    runs.flatMap((one, index) => {
      const broken = failuresOf(one);
      return broken.length === 0 ? [] : [`${one.fault.name}, run ${index + 1} of ${runs.length}: ${broken.join(", ")}`];
    }),
  );

/** All runs as data: seconds, numbers of messages, and what was broken. */
export const report = (server: string, all: readonly Rehearsed[]): string =>
  `${JSON.stringify({ server, runs: all.map(({ fault, attempts: _, mark: __, ...one }) => ({ fault: fault.name, ...one, failures: failuresOf({ fault, attempts: [], mark: "", ...one }) })) }, null, 1)}\n`;

/** One fault in a few lines, as it comes. */
function told(one: Rehearsed): string[] {
  if (one.impossible !== undefined) return [`  not rehearsed: ${one.impossible}`];
  const account =
    `  outage ${one.outage.toFixed(1)} s, healed: ${one.healed ? "by itself" : "NO"}; ${one.sent} sent, ${one.accepted} accepted, ` +
    `${one.never.length} refused for good, ${one.wrong.length} with a wrong client address, ` +
    `${one.lost.length} not there yet, ${one.twice.length} twice`;
  const lines = one.lines.map(({ line, tries, served, gap, denied }) => `  ${line}: ${served} of ${tries} served, gap ${gap.toFixed(1)} s, ${denied} denied`);
  return [account, ...lines, ...one.broken.map((line) => `  BROKEN: ${line}`), ...(one.problem === undefined ? [] : [`  PROBLEM: ${one.problem}`]), ...one.reasons.slice(0, 4).map((reason) => `  | ${reason.trim().split("\n")[0].slice(0, 160)}`)];
}

export interface FaultsOptions {
  /** faults by name @default all */
  readonly only?: readonly string[];
  /** how often each is rehearsed @default 5 */
  readonly runs?: number;
  /** a file that gets all runs as JSON @default none */
  readonly json?: string;
  /** random pairs instead of one fault after the other @default none */
  readonly random?: RandomOptions;
}

export interface RandomOptions {
  /** how many pairs, at least */
  readonly pairs: number;
  readonly seed: number;
  /** index of the first pair @default 0 */
  readonly from?: number;
  /** goes on with more pairs for so long @default 0 */
  readonly minutes?: number;
}

/**
 * `npm run lab -- faults`: one after the other, on a lab that is up.
 * @returns the exit code: 1 when any run broke a promise
 * @throws MistakesError for a fault that does not exist
 */
export async function faults(lab: Lab, { only, runs = RUNS, json, random }: FaultsOptions): Promise<number> {
  const all = FAULTS.map(({ name }) => name);
  const unknown = (only ?? []).filter((name) => !all.includes(name));
  refuseIfAny(unknown.map((name) => `--only: got "${name}"; allowed: ${all.join(", ")}${hintOf(name, all)}; take one of them`));
  const bench = new Bench(lab);
  const wanted = FAULTS.filter(({ name, servers }) => (only?.includes(name) ?? true) && (servers?.includes(bench.server) ?? true));
  const first: Rehearsed[] = [];
  if (random !== undefined) return randomFaults(bench, wanted, { ...random, json });
  for (const fault of wanted) {
    for (let run = 1; run <= runs; run += 1) {
      lab.say(`${fault.name}, run ${run} of ${runs}: ${fault.what}`);
      const one = await rehearse(bench, fault);
      first.push(one);
      told(one).forEach((line) => lab.say(line));
      if (one.impossible !== undefined) break;
    }
  }
  const done: Rehearsed[] = [];
  for (const one of first) done.push(await settle(bench, one));
  lab.say("");
  faultTable(done).forEach((line) => lab.say(line));
  if (json !== undefined) writeFileSync(json, report(bench.server, done));
  const broken = failures(done);
  const rehearsed = done.filter(({ impossible }) => impossible === undefined).length;
  lab.say("");
  broken.forEach((line) => lab.say(`FAILED ${line}`));
  const fine = "all healed by themselves, nothing lost, nothing refused for good, right client addresses";
  lab.say(`${bench.server}: ${rehearsed} runs, ${broken.length === 0 ? fine : `${broken.length} broke a promise`}`);
  return broken.length === 0 ? 0 : 1;
}

/** Random pairs, each with its own account; then every promise of the lab, and drift. @returns the exit code */
async function randomFaults(bench: Bench, wanted: readonly Fault[], { pairs, seed, from = 0, minutes = 0, json }: RandomOptions & { readonly json?: string }): Promise<number> {
  const { lab } = bench;
  const possible: Fault[] = [];
  for (const fault of wanted) if ((await fault.impossible?.(bench)) === undefined) possible.push(fault);
  refuseIfAny(possible.some((one) => possible.some((other) => !clash(one, other))) ? [] : ["lab faults --random: no two of the chosen faults make a pair; name more in --only, or leave it out"]);
  const end = Date.now() + minutes * 60_000;
  const done: Rehearsed[] = [];
  for (let index = from; index < from + pairs || Date.now() < end; index += 1) {
    const fault = asFault(pairAt(seed, index, possible));
    lab.say(`pair ${fault.name}: ${fault.what}`);
    const one = await settle(bench, await rehearse(bench, fault));
    done.push(one);
    told(one).forEach((line) => lab.say(line));
    const broken = failuresOf(one);
    if (broken.length > 0) lab.say(`FAILED pair ${fault.name}: ${broken.join(", ")}; again: ${againWords(seed, index, possible, wanted)}`);
  }
  lab.say("");
  faultTable(done).forEach((line) => lab.say(line));
  if (json !== undefined) writeFileSync(json, report(bench.server, done));
  const proven = await test(lab, undefined);
  const same = (await drift(placeOf(lab), { yes: false, withData: false })) === 0;
  const broken = failures(done);
  lab.say("");
  broken.forEach((line) => lab.say(`FAILED ${line}`));
  if (!proven) lab.say("FAILED proofs: a promise does not hold after the faults");
  if (!same) lab.say("FAILED drift: something is no longer as it was deployed");
  lab.say(`${bench.server}: seed ${seed}, ${done.length} pairs from ${from}, ${broken.length} broke a promise`);
  return broken.length === 0 && proven && same ? 0 : 1;
}

/** The command that plants exactly this pair again; a pair depends on the faults to choose from. */
const againWords = (seed: number, index: number, possible: readonly Fault[], wanted: readonly Fault[]): string =>
  `npm run lab -- faults --random 1 --seed ${seed} --from ${index}${wanted.length < FAULTS.length ? ` --only ${possible.map(({ name }) => name).join(",")}` : ""}`;
