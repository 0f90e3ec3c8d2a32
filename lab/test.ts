import { refuseIfAny } from "../lib/errors";
import { hintOf } from "../lib/site/only";
import { table } from "../lib/text";
import { Bench } from "./bench";
import type { Lab } from "./lab";
import { PROOFS, type Proof, type Row } from "./proofs";

export interface Result {
  readonly proof: Proof;
  readonly ok: boolean;
  /** what was seen, or what was seen instead */
  readonly seen: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** The proofs that a server makes, or those of them that were asked for. @throws MistakesError for a name that is none */
export function chosenProofs(all: readonly Proof[], server: string, only: readonly string[] | undefined): readonly Proof[] {
  const names = all.map(({ name }) => name);
  refuseIfAny((only ?? []).filter((name) => !names.includes(name)).map((name) => `--only: got "${name}"; allowed: ${names.join(", ")}${hintOf(name, names)}; take one of them`));
  return all.filter(({ name, servers }) => (only?.includes(name) ?? true) && (servers?.includes(server as "stalwart") ?? true));
}

/** Runs proofs one after another, so that each finds in the logs what it has done itself. */
export async function runProofs(bench: Bench, proofs: readonly Proof[], say: (line: string) => void): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const proof of proofs) {
    const begun = Date.now();
    const result = await proof.prove(bench).then(
      ({ seen, rows = [] }) => ({ ok: true, seen, rows }),
      (error: unknown) => ({ ok: false, seen: error instanceof Error ? error.message : String(error), rows: [] }),
    );
    results.push({ proof, ...result, seconds: (Date.now() - begun) / 1000 });
    say(`test ${result.ok ? "ok  " : "FAIL"} ${proof.name}: ${result.seen}`);
  }
  return results;
}

/** The two tables at the end: what each line proved, and every proof with its verdict. */
export function report(results: readonly Result[]): readonly string[] {
  const rows = results.flatMap((result) => result.rows);
  const ways = rows.length === 0 ? [] : ["", ...table([["line", "port", "how", "from", "the mailbox saw"], ...rows.map(({ line, port, how, from, saw }) => [line, String(port), how, from, saw])], { right: [1] })];
  const proofs = table([["proof", "", "s", "promise"], ...results.map(({ proof, ok, seconds }) => [proof.name, ok ? "ok" : "FAIL", seconds.toFixed(1), proof.promise])], { right: [2] });
  return [...ways, "", ...proofs];
}

/** `npm run lab -- test`. @returns whether every promise was kept */
export async function test(lab: Lab, only: readonly string[] | undefined): Promise<boolean> {
  const bench = new Bench(lab);
  const results = await runProofs(bench, chosenProofs(PROOFS, bench.server, only), (line) => lab.say(line));
  report(results).forEach((line) => lab.say(line));
  const failed = results.filter(({ ok }) => !ok).map(({ proof }) => proof.name);
  lab.say(`\n${bench.server}: ${failed.length === 0 ? `all ${results.length} promises kept` : `${failed.length} of ${results.length} promises broken: ${failed.join(", ")}`}`);
  return failed.length === 0;
}
