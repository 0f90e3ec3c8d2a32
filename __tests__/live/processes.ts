import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface RunOptions {
  readonly input?: string | Buffer;
  /** the program is killed after so many milliseconds, which counts as exit code -1 @default 30000 */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
export interface StartOptions extends Omit<RunOptions, "input" | "timeoutMs"> {
  /** file that takes what the program prints */
  readonly log: string;
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Runs a program to its end; a bad exit code is a result, not an exception. */
export function run(command: string, args: readonly string[], { input, timeoutMs = 30_000, env, cwd }: RunOptions = {}): Promise<Result> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined); // it may end without reading its input
    child.stdin.end(input ?? "");
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** Like {@link run}, for a program that has to succeed. @returns what it printed */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}

/** A program in the background. */
export class Running {
  private ended = false;
  readonly exit: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    readonly log: string,
  ) {
    this.exit = new Promise((done) => {
      child.once("exit", () => {
        this.ended = true;
        done();
      });
    });
  }

  static start(command: string, args: readonly string[], { log, env, cwd }: StartOptions): Promise<Running> {
    const file = openSync(log, "a");
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", file, file] });
    closeSync(file);
    const running = new Running(child, log);
    return new Promise((done, failed) => {
      child.once("spawn", () => done(running));
      child.once("error", failed);
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }
  get alive(): boolean {
    return !this.ended;
  }
  output(): string {
    return readFileSync(this.log, "utf8");
  }
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.alive) this.child.kill(signal);
    await this.exit;
  }
}

/** Asks until there is an answer. @throws Error that says what did not come, with what `detail` knows about it */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 10_000, everyMs = 25, detail = (): string => "" } = {},
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms\n${detail()}`);
    await sleep(everyMs);
  }
}
