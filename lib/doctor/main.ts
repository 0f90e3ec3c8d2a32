import { join } from "node:path";
import { reportMistakes, type Output } from "../app";
import { readerMayLeave } from "../pipe";
import { projectOf } from "../site/project";
import { CHECKS } from "./checks";
import { since } from "./daily";
import { diagnose, exitCode } from "./diagnose";
import { groundOf, type Ground } from "./ground";
import { readDoctorOptions } from "./options";
import { asJson, closing, progressLine } from "./report";

/** Where a daily run keeps what it knew. */
export const MEMORY = ".doctor.json";

/**
 * `npm run doctor`: looks, and changes nothing.
 * @returns 0: all well, 2: a fault, 1: something could not be asked
 */
export async function doctor(words: readonly string[], ground: () => Ground, output: Output): Promise<number> {
  const { json, only, daily, preflight } = readDoctorOptions(words, CHECKS.map(({ name }) => name));
  const place = ground();
  const checks = CHECKS.filter((check) => (only?.includes(check.name) ?? true) && (!preflight || check.preflight));
  const start = performance.now();
  const say = (line: string): void => void output.stdout.write(`${line}\n`);
  const quiet = json || daily;
  const outcomes = await diagnose(checks, place, quiet ? undefined : (outcome) => say(progressLine(outcome)));
  if (json) output.stdout.write(asJson(outcomes));
  else if (daily) since(join(place.project, MEMORY), outcomes).forEach(say);
  else closing(outcomes, (performance.now() - start) / 1000).forEach(say);
  return exitCode(outcomes);
}

if (require.main === module) {
  readerMayLeave("look");
  const project = process.cwd();
  const ground = (): Ground => {
    const { deployment, wire } = projectOf(project, process.env);
    return groundOf(deployment, wire, project, process.env);
  };
  doctor(process.argv.slice(2), ground, process)
    .catch((error: unknown) => reportMistakes(error, process, "nothing was looked at"))
    // Sockets that nobody answers on would keep the program alive.
    .then((status) => process.exit(status), (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    });
}
