import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { lastLine } from "../site/run";

/** Files at the ends of a program; without one nothing goes in, and what comes out is dropped. */
export interface Ends {
  readonly from?: string;
  readonly to?: string;
}

/** Runs a program in a container between two files of this machine, of any size. @throws Error with its last words when it fails */
export async function execBetween(dockerHost: string, args: readonly string[], { from, to }: Ends, environment?: NodeJS.ProcessEnv): Promise<void> {
  const input = from === undefined ? undefined : await open(from, "r");
  const output = to === undefined ? undefined : await open(to, "wx", 0o600);
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn("docker", ["-H", dockerHost, "exec", "-i", ...args], { env: environment, stdio: [input?.fd ?? "ignore", output?.fd ?? "ignore", "pipe"] });
      let said = "";
      child.stderr?.on("data", (data: Buffer) => (said = `${said}${data.toString()}`.slice(-2000)));
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(lastLine(said) || `it ended with exit code ${code}`))));
    });
  } finally {
    await input?.close();
    await output?.close();
  }
}
