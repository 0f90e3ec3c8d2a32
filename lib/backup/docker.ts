import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { lastLine } from "../site/run";

/** Files at the ends of a program; without one nothing goes in, and what comes out is the answer. */
export interface Ends {
  readonly from?: string;
  readonly to?: string;
}

/** Runs a docker command between two files of this machine, of any size. @throws Error with its last words when it fails */
export async function dockerBetween(dockerHost: string, args: readonly string[], { from, to }: Ends, environment?: NodeJS.ProcessEnv): Promise<string> {
  const input = from === undefined ? undefined : await open(from, "r");
  const output = to === undefined ? undefined : await open(to, "wx", 0o600);
  try {
    return await new Promise<string>((resolve, reject) => {
      const child = spawn("docker", ["-H", dockerHost, ...args], { env: environment, stdio: [input?.fd ?? "ignore", output?.fd ?? "pipe", "pipe"] });
      const said = { stdout: "", stderr: "" };
      child.stdout?.on("data", (data: Buffer) => (said.stdout += data.toString()));
      child.stderr?.on("data", (data: Buffer) => (said.stderr = `${said.stderr}${data.toString()}`.slice(-2000)));
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve(said.stdout) : reject(new Error(lastLine(said.stderr) || `it ended with exit code ${code}`))));
    });
  } finally {
    await input?.close();
    await output?.close();
  }
}
