import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The project: this runs from `dist/bench`. */
export const PROJECT = resolve(__dirname, "../..");

/** What a program says on both outputs, first line; undefined when it is not there. */
export function firstLine(command: string, ...args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? `${stdout}${stderr}`.trim().split("\n")[0] : undefined;
}

/** Runs to the end. @returns standard output @throws Error with the command's own words */
export function run(command: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}): string {
  const { status, signal, error, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${command.join(" ")} failed (${error?.message ?? signal ?? status}): ${stderr || stdout}`);
  return stdout;
}

/** Progress, beside the table. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** A new folder that goes when this program ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
