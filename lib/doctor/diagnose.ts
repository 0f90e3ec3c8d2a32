import type { Check, Finding } from "./check";
import type { Ground } from "./ground";
import { within } from "./within";

/** How a check came out. */
export interface Outcome {
  readonly check: Check;
  /** well: nothing found; fault: something; unknown: it could not be asked; needless: this deployment has no such thing */
  readonly state: "well" | "fault" | "unknown" | "needless";
  readonly findings: readonly Finding[];
  /** why it is unknown or needless */
  readonly reason?: string;
  readonly seconds: number;
}

const SECONDS = 10;

/** Runs checks side by side, each within its time. @param onDone hears of each as it ends */
export function diagnose(checks: readonly Check[], ground: Ground, onDone: (outcome: Outcome) => void = () => undefined): Promise<readonly Outcome[]> {
  return Promise.all(
    checks.map(async (check) => {
      const outcome = await one(check, ground);
      onDone(outcome);
      return outcome;
    }),
  );
}

async function one(check: Check, ground: Ground): Promise<Outcome> {
  const start = performance.now();
  const outcome = (state: Outcome["state"], rest: Partial<Outcome> = {}): Outcome => ({ check, state, findings: [], ...rest, seconds: (performance.now() - start) / 1000 });
  try {
    const reason = check.needless?.(ground);
    if (reason !== undefined) return outcome("needless", { reason });
    const findings = await within(check.seconds ?? SECONDS, check.run(ground));
    return outcome(findings.length > 0 ? "fault" : "well", { findings });
  } catch (error) {
    return outcome("unknown", { reason: (error instanceof Error ? error.message : String(error)).split("\n")[0] });
  }
}

/** 0: all well, 2: a fault that is an error, 1: something could not be asked, and nothing worse is known. */
export function exitCode(outcomes: readonly Outcome[]): 0 | 1 | 2 {
  if (outcomes.some(({ state, check }) => state === "fault" && check.severity === "error")) return 2;
  return outcomes.some(({ state }) => state === "unknown") ? 1 : 0;
}
