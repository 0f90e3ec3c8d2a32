import { wrap } from "../text";
import type { Finding } from "./check";
import type { Outcome } from "./diagnose";

const WORD: Readonly<Record<Outcome["state"], string>> = { well: "ok", fault: "FAULT", unknown: "?", needless: "-" };
const WIDTH = 110;

/** A check that has ended, in one line. */
export function progressLine({ check, state, reason, findings, seconds }: Outcome): string {
  const word = state === "fault" && check.severity === "warning" ? "warn" : WORD[state];
  const said = state === "fault" ? findings.map(({ where }) => where).join(", ") : (reason ?? check.proves);
  return `${word.padEnd(5)}  ${check.name.padEnd(22)}  ${`${seconds.toFixed(1)} s`.padStart(6)}  ${said}`;
}

/** What is wrong with one thing: what was seen, and from the check's words symptom, cause and fix. */
export function findingLines({ check }: Outcome, { where, what, cause, fix }: Finding): string[] {
  const parts = { seen: what, symptom: check.symptom, cause: cause ?? check.cause, fix: fix ?? check.fix, ...(check.lesson ? { more: `docs/LESSONS.md#${check.lesson}` } : {}) };
  return [`${check.severity === "error" ? "FAULT" : "warning"}: ${check.name}: ${where}`, ...Object.entries(parts).flatMap(([name, text]) => wrap(text, WIDTH, `  ${name.padEnd(7)}  `))];
}

/** The end of a report. */
export function closing(outcomes: readonly Outcome[], seconds: number): string[] {
  const faults = outcomes.filter(({ state }) => state === "fault");
  const count = (state: Outcome["state"]): number => outcomes.filter((one) => one.state === state).length;
  const lines = faults.flatMap((outcome) => outcome.findings.flatMap((finding) => ["", ...findingLines(outcome, finding)]));
  return [...lines, "", `${count("well")} ok, ${faults.length} with findings, ${count("unknown")} could not be asked, ${count("needless")} not needed here; ${seconds.toFixed(1)} s`];
}

/** For programs: every check with its outcome; durations in seconds. */
export const asJson = (outcomes: readonly Outcome[]): string =>
  `${JSON.stringify(
    outcomes.map(({ check, state, findings, reason, seconds }) => ({ check: check.name, severity: check.severity, from: check.from, state, reason, findings, seconds: Number(seconds.toFixed(2)) })),
    null,
    2,
  )}\n`;
