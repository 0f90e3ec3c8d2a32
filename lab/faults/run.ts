import { writeFileSync } from "node:fs";
import { table } from "../../lib/text";
import { refuseIfAny } from "../../lib/errors";
import { hintOf } from "../../lib/site/only";
import { Bench } from "../bench";
import type { Lab } from "../lab";
import { FAULTS } from "./list";
import { failuresOf, rehearse, settle, type Rehearsed } from "./rehearse";

export const RUNS = 5;
const HEAD = ["fault", "runs", "outage", "healed", "sent", "never", "wrong", "late", "lost", "twice", "what happens"];

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

/** The table of what each fault cost: the worst outage of its runs, all other figures from least to most. */
export function faultTable(all: readonly Rehearsed[]): string[] {
  const rows = byFault(all).map((runs) => {
    const [{ fault, impossible }] = runs;
    if (impossible !== undefined) return [fault.name, ...Array<string>(9).fill("-"), `not rehearsed: ${impossible}`];
    const problem = runs.find((one) => one.problem !== undefined)?.problem;
    const counts = (["never", "wrong"] as const).map((which) => spread(runs.map((one) => one[which].length)));
    return [
      fault.name,
      String(runs.length),
      `${Math.max(...runs.map(({ outage }) => outage)).toFixed(1)} s`,
      healing(runs),
      spread(runs.map(({ sent }) => sent)),
      ...counts,
      spread(runs.map(({ late }) => late)),
      spread(runs.map(({ lost }) => lost.length)),
      spread(runs.map(({ twice }) => twice.length)),
      problem === undefined ? fault.what : `PROBLEM: ${problem}`,
    ];
  });
  return table([HEAD, ...rows], { right: [1, 2, 4, 5, 6, 7, 8, 9] });
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
  return [account, ...(one.problem === undefined ? [] : [`  PROBLEM: ${one.problem}`]), ...one.reasons.slice(0, 4).map((reason) => `  | ${reason.trim().split("\n")[0].slice(0, 160)}`)];
}

export interface FaultsOptions {
  /** faults by name @default all */
  readonly only?: readonly string[];
  /** how often each is rehearsed @default 5 */
  readonly runs?: number;
  /** a file that gets all runs as JSON @default none */
  readonly json?: string;
}

/**
 * `npm run lab -- faults`: one after the other, on a lab that is up.
 * @returns the exit code: 1 when any run broke a promise
 * @throws MistakesError for a fault that does not exist
 */
export async function faults(lab: Lab, { only, runs = RUNS, json }: FaultsOptions): Promise<number> {
  const all = FAULTS.map(({ name }) => name);
  const unknown = (only ?? []).filter((name) => !all.includes(name));
  refuseIfAny(unknown.map((name) => `--only: got "${name}"; allowed: ${all.join(", ")}${hintOf(name, all)}; take one of them`));
  const bench = new Bench(lab);
  const wanted = FAULTS.filter(({ name, servers }) => (only?.includes(name) ?? true) && (servers?.includes(bench.server) ?? true));
  const first: Rehearsed[] = [];
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
