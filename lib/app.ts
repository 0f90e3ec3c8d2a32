import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { types } from "node:util";
import { App } from "cdktf";
import { readConfig, type Deployment } from "./config";
import { readFiles } from "./config/files";
import { MistakesError } from "./errors";
import { findLeaks } from "./leaks";
import { review } from "./artefacts";
import { addStacks } from "./stacks";
import { makeWire, type Wire } from "./wire";

/** Where a person reads: standard output and standard error. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** What a project's `.env` came to, written to `cdktf.out`. */
export interface Synthesized {
  readonly deployment: Deployment;
  readonly wire: Wire;
  /** names of the stacks, in the order in which they are deployed */
  readonly stacks: readonly string[];
  /** folder with `stacks/<stack>/cdk.tf.json` and `review` */
  readonly outdir: string;
  /** what a person reads before a deploy */
  readonly summary: string;
}

/**
 * The whole job: `.env` to stacks and review in `cdktf.out`.
 * @throws MistakesError, and what cdktf throws for a breach of our rules; {@link reportMistakes} knows both
 */
export function synthesize(project: string, environment: Readonly<Record<string, string | undefined>>): Synthesized {
  const files = readFiles(project);
  const deployment = readConfig({ project, environment, ...files });
  // Also what the environment sets is not the example's.
  const fromExample = files.dotenv === undefined && files.settings === undefined && deployment.examples.length > 0;
  const wire = makeWire(deployment);
  // The cdktf command sets it, and would then print a stack trace for each error that our rules report.
  delete process.env.CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS;
  const app = new App({ outdir: environment.CDKTF_OUTDIR ?? join(project, "cdktf.out") });
  const stacks = addStacks(app, { deployment, wire, project }).map((stack) => stack.node.id);
  clearLeftovers(app.outdir, stacks);
  app.synth();
  findLeaks(app.outdir, deployment, project);
  return { deployment, wire, stacks, outdir: app.outdir, summary: review(app.outdir, { deployment, wire, stacks, fromExample }) };
}

/**
 * `npm run synth`: {@link synthesize}, and the summary on standard output.
 * @returns the exit code: 0, or 1 with one line for each mistake on standard error
 */
export function runApp(project: string, environment: Readonly<Record<string, string | undefined>>, output: Output = process): number {
  try {
    output.stdout.write(synthesize(project, environment).summary);
    return 0;
  } catch (error) {
    return reportMistakes(error, output);
  }
}

/**
 * Mistakes on standard error, one line each.
 * @param undone what the command did not do because of them
 * @returns 1, the exit code
 * @throws error again when it is one of the program itself, whose stack trace is wanted
 */
export function reportMistakes(error: unknown, output: Output, undone = "nothing was deployed"): number {
  const mistakes = mistakesOf(error);
  if (mistakes === undefined) throw error;
  output.stderr.write(`${mistakes.join("\n")}\n\n${mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`}; mend and try again, ${undone}\n`);
  return 1;
}

/** Takes away what an earlier run left in the output: stacks that are no more (their state stays), and old copies of assets. */
function clearLeftovers(outdir: string, stacks: readonly string[]): void {
  const folder = join(outdir, "stacks");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) rmSync(stacks.includes(name) ? join(folder, name, "assets") : join(folder, name), { recursive: true, force: true });
}

/** Lines for the operator; undefined for an error of the program itself, whose stack trace is wanted. */
function mistakesOf(error: unknown): readonly string[] | undefined {
  if (error instanceof MistakesError) return error.mistakes;
  if (!types.isNativeError(error)) return undefined;
  if ("syscall" in error && "code" in error) return [`${error.message}; look at the file and its permissions`];
  // cdktf joins what its validations and our Aspects report; each line begins with the construct's path in brackets.
  const lines = error.message.split("\n").map((line) => line.trim()).filter((line) => line.startsWith("["));
  return /^(Validation failed|Encountered Annotations)/.test(error.message) && lines.length > 0 ? lines : undefined;
}
