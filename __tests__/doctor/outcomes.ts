import type { Check, Finding } from "../../lib/doctor/check";
import type { Ground } from "../../lib/doctor/ground";
import type { Outcome } from "../../lib/doctor/diagnose";

/** Checks of the tests look at nothing. */
export const GROUND = {} as Ground;

export const checkOf = (name: string, more: Partial<Check> = {}): Check => ({
  ...{ name, proves: `${name} is well`, from: "outside", severity: "error", symptom: "nobody gets mail", cause: "it broke", fix: "mend it" },
  run: () => Promise.resolve([]),
  ...more,
});

export const outcomeOf = (check: Check, state: Outcome["state"], findings: readonly Finding[] = [], reason?: string): Outcome => ({ check, state, findings, ...(reason === undefined ? {} : { reason }), seconds: 1.25 });
