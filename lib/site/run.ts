import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ran {
  /** exit code; 127 when the program is not there, 124 when its time was up */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface RunOptions {
  readonly cwd?: string;
  /** @default the process's own */
  readonly environment?: NodeJS.ProcessEnv;
  /** it is stopped after so many seconds @default never */
  readonly seconds?: number;
  /** for its standard input @default nothing */
  readonly input?: string;
  /** gets each line of standard output as it comes */
  readonly onLine?: (line: string) => void;
  /** without a terminal it cannot ask for a password or a host key, it fails instead @default false */
  readonly noTerminal?: boolean;
}

/** Runs a program without a shell and waits for it; whatever goes wrong is in the answer, nothing is thrown. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.environment, detached: options.noTerminal ?? false, stdio: "pipe" });
    const said = { stdout: "", stderr: "" };
    let late = false;
    const stop = (): void => {
      late = true;
      // A session of its own is a process group: with ssh behind it, which would live on.
      if (options.noTerminal && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      else child.kill("SIGKILL");
    };
    const timer = options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);
    child.stdout.on("data", (data: Buffer) => (said.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (said.stderr += data.toString()));
    if (options.onLine !== undefined) createInterface({ input: child.stdout }).on("line", options.onLine);
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve({ status: 127, stdout: "", stderr: error.message });
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ ...said, status: late ? 124 : (code ?? 1) });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** The last line that says something, for a message. */
export const lastLine = (text: string): string => text.trim().split("\n").pop()?.trim() ?? "";
