import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "./diagnose";
import { findingLines } from "./report";

/** What was known the last time: lines by the key of a finding. */
type Known = Readonly<Record<string, string>>;

/** Everything that is to be said, each with a key that stays the same as long as the thing does. */
export function knownOf(outcomes: readonly Outcome[]): Known {
  return Object.fromEntries(
    outcomes.flatMap((outcome): [string, string][] => {
      const { check, state, reason, findings } = outcome;
      if (state === "unknown") return [[`${check.name} unknown`, `${check.name}: could not be asked: ${reason}`]];
      return findings.map((finding) => [`${check.name} ${finding.where} ${finding.key ?? finding.what}`, findingLines(outcome, finding).join("\n")]);
    }),
  );
}

/** @returns lines on what is new and what is gone; none when nothing changed */
export function changes(before: Known, now: Known): string[] {
  const fresh = Object.keys(now).filter((key) => !(key in before)).map((key) => now[key]);
  const gone = Object.keys(before).filter((key) => !(key in now)).map((key) => `gone: ${before[key].split("\n")[0]}`);
  return [...fresh, ...gone];
}

/** Compares with what stands in the file, and writes it anew. A file that cannot be read counts as empty. */
export function since(file: string, outcomes: readonly Outcome[]): string[] {
  const before = read(file);
  const now = { ...unseen(before, outcomes), ...knownOf(outcomes) };
  const lines = changes(before, now);
  writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`, { mode: 0o600 });
  return lines;
}

/** What was known of checks that were not asked this time, or did not answer: it is not gone, nobody looked. */
function unseen(before: Known, outcomes: readonly Outcome[]): Known {
  const seen = outcomes.filter(({ state }) => state !== "unknown").map(({ check }) => `${check.name} `);
  return Object.fromEntries(Object.entries(before).filter(([key]) => !seen.some((name) => key.startsWith(name))));
}

function read(file: string): Known {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Known;
  } catch {
    return {};
  }
}
