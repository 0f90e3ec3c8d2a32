import { MistakesError } from "../errors";
import { readerMayLeave } from "../pipe";
import { policyDrift } from "./drift";
import { projectOf } from "../site/project";

const EXIT = { ok: 0, drift: 2, unknown: 1 } as const;

/** `node drift-command.js` in the project's folder: 0 as it should be, 2 drifted, 1 not known, as `terraform plan -detailed-exitcode` answers. */
async function main(): Promise<number> {
  try {
    const { deployment, wire } = projectOf(process.cwd(), process.env);
    const { status, lines } = await policyDrift(deployment, wire, process.cwd());
    (status === "unknown" ? process.stderr : process.stdout).write(`${lines.join("\n")}\n`);
    return EXIT[status];
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    process.stderr.write(`${error.mistakes.join("\n")}\n`);
    return 1;
  }
}

if (require.main === module) {
  readerMayLeave("look");
  void main().then((code) => {
    process.exitCode = code;
  });
}
