import { readFileSync } from "node:fs";
import { MistakesError } from "../errors";
import { readerMayLeave } from "../pipe";
import { ApiError, connect } from "./api";
import { applyPolicy, withdrawPolicy } from "./apply";
import type { PolicyJob } from "./job";
import { errorLines, outcomeLines } from "./outcome";

const USAGE = "usage: node apply-command.js [--remove] [JOB.json]; without a job the project in this folder, by its .env";

/** The job in a file, as deploy gives it, or that of the project in this folder. */
async function jobOf(file: string | undefined): Promise<PolicyJob> {
  if (file !== undefined) return JSON.parse(readFileSync(file, "utf8")) as PolicyJob;
  // Reading .env takes longer than all the rest, and deploy does not need it.
  const { projectOf } = await import("../site/project");
  const { policyJob } = await import("./job");
  const { deployment, wire } = projectOf(process.cwd(), process.env);
  const job = policyJob(deployment, wire, process.cwd());
  if (job === undefined) throw new MistakesError(["TS_POLICY is review: nothing is written from here; merge cdktf.out/review/tailnet-policy.hujson by hand, or set a credential"]);
  if (deployment.missing.some((line) => line.startsWith(job.target.credential.variable)))
    throw new MistakesError(deployment.missing.filter((line) => line.startsWith(job.target.credential.variable)));
  return job;
}

/** @returns the exit code: 0, 1 with the reason on standard error, or 2 for a wrong command line */
async function main(args: readonly string[]): Promise<number> {
  const remove = args.includes("--remove");
  const files = args.filter((arg) => arg !== "--remove");
  if (files.length > 1 || files.some((arg) => arg.startsWith("-"))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const work = async () => {
      const { target, wanted, allowFirstRule } = await jobOf(files[0]);
      const api = connect(target);
      return remove ? withdrawPolicy(api, { owner: wanted.owner ?? {} }) : applyPolicy(api, wanted, { allowFirstRule });
    };
    // With a job it is a deploy's own part.
    const outcome = files.length > 0 ? await work() : await (await import("../deploy/lock")).alone(process.cwd(), "policy", work);
    process.stdout.write(`${outcomeLines(outcome).join("\n")}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ApiError) process.stderr.write(`${errorLines(error).join("\n")}\n`);
    else if (error instanceof MistakesError) process.stderr.write(`${error.mistakes.map((line) => `tailnet policy: ${line.replace(/^tailnet policy: /, "")}`).join("\n")}\n`);
    else throw error;
    return 1;
  }
}

if (require.main === module) {
  readerMayLeave("change");
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
