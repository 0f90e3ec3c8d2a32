import { refuseIfAny } from "../errors";
import { hintOf } from "../site/only";

export interface DoctorOptions {
  readonly json: boolean;
  /** only what can be asked before anything is deployed */
  readonly preflight: boolean;
  /** only what changed since the last time */
  readonly daily: boolean;
  /** names of checks @default all */
  readonly only?: readonly string[];
}

const KNOWN = ["--json", "--only", "--daily", "--preflight"];

/**
 * Reads what stands behind `npm run doctor --`.
 * @throws MistakesError with one line for each word that it does not know
 */
export function readDoctorOptions(words: readonly string[], checks: readonly string[]): DoctorOptions {
  const mistakes: string[] = [];
  const found = { json: false, preflight: false, daily: false, only: undefined as string[] | undefined };
  for (let at = 0; at < words.length; at += 1) {
    const [name, value] = words[at].split(/=(.*)/s);
    if (name === "--only") found.only = (value ?? words[(at += 1)] ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
    else if (name === "--json") found.json = true;
    else if (name === "--daily") found.daily = true;
    else if (name === "--preflight") found.preflight = true;
    else mistakes.push(`doctor: got "${words[at]}"; allowed: ${KNOWN.join(", ")}${hintOf(name, KNOWN)}; write it behind --, for example npm run doctor -- --only banner,certificate`);
  }
  if (found.only?.length === 0) mistakes.push("doctor: --only got nothing; write checks with commas between them, for example --only banner,certificate");
  for (const name of found.only ?? []) if (!checks.includes(name)) mistakes.push(`--only: got "${name}"; allowed: ${checks.join(", ")}${hintOf(name, checks)}; take one of them`);
  refuseIfAny(mistakes);
  return found;
}
