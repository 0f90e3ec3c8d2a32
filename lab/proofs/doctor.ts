import { readFileSync } from "node:fs";
import { CHECKS } from "../../lib/doctor/checks";
import { diagnose } from "../../lib/doctor/diagnose";
import { groundOf } from "../../lib/doctor/ground";
import { expect } from "../bench";
import type { Proof } from "./proof";

/** Services of the real internet, which a lab has not. */
const BEYOND = ["certificate-limits"];
/** Whoever brings a program of his own for an image has another version in it than its name says. */
const STAND_IN = ["server-version"];

export const doctor: Proof = {
  name: "doctor",
  promise: "the doctor asks everything that a lab has, and finds nothing where nothing is wrong",
  prove: async ({ deployment, wire, lab }) => {
    const ground = { ...groundOf(deployment, wire, lab.folder, lab.environment), authorities: [readFileSync(lab.path("certificates", "authority.pem"), "utf8")] };
    const outcomes = await diagnose(CHECKS.filter(({ name }) => !BEYOND.includes(name)), ground);
    const bad = outcomes.filter(({ state, check }) => (state === "fault" && !STAND_IN.includes(check.name)) || state === "unknown");
    const words = bad.map(({ check, state, reason, findings }) => `${check.name}: ${state === "unknown" ? `could not be asked: ${reason}` : findings.map(({ where, what }) => `${where}: ${what}`).join("; ")}`);
    expect(bad.length === 0, words.join(" | "));
    const count = (state: string): number => outcomes.filter((one) => one.state === state).length;
    return { seen: `${count("well")} checks well, ${count("needless")} not needed here; ${Math.max(...outcomes.map(({ seconds }) => seconds)).toFixed(1)} s` };
  },
};
