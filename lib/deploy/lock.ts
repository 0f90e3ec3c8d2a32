import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { MistakesError } from "../errors";

/** Who works in a project's folder: two at once would write `cdktf.out` under each other's feet. */
interface Holder {
  readonly command: string;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 */
  readonly since: string;
  /** when the process began, as its kernel counts; a number that another process has later is not it */
  readonly begun?: string;
}

const FOLDER = ".deployed";
const FILE = "lock";

/** Field 22 of /proc/PID/stat (Linux, proc_pid_stat(5)); the second one, in brackets, may have blanks. */
function begunAt(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host, begun }: Holder): boolean {
  // Of another machine's processes nothing is known from here.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return begun === undefined || begunAt(pid) === begun;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** The file is there whole or not at all: it is written beside and linked. @returns whether it is ours now */
function take(file: string, text: string): boolean {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o600 });
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Puts a dead process's lock aside; one that somebody took meanwhile goes back. */
function clear(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, file);
  } catch {
    // Another one was faster; the next try shows who.
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Does `work` as the only command that writes in this project's folder. What a killed one has left is recognised by its process.
 * @throws MistakesError when another is at work
 */
export async function alone<T>(project: string, command: string, work: () => Promise<T>): Promise<T> {
  const file = join(project, FOLDER, FILE);
  const own: Holder = { command, pid: process.pid, host: hostname(), since: new Date().toISOString(), begun: begunAt(process.pid) };
  const text = `${JSON.stringify(own)}\n`;
  mkdirSync(join(project, FOLDER), { recursive: true, mode: 0o700 });
  for (let tries = 0; !take(file, text); tries += 1) {
    const holder = readHolder(file);
    if (tries >= 3 || (holder !== undefined && isAlive(holder))) throw new MistakesError([busy(command, file, holder, project)]);
    if (holder !== undefined) clear(file, `${JSON.stringify(holder)}\n`);
    else rmSync(file, { force: true });
  }
  try {
    return await work();
  } finally {
    if (readHolder(file)?.since === own.since) rmSync(file, { force: true });
  }
}

function busy(command: string, file: string, holder: Holder | undefined, project: string): string {
  const who = holder === undefined ? "another command" : `npm run ${holder.command} (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  const fix = holder !== undefined && holder.host !== hostname() ? `wait until it is done; if it is no more, remove ${file}` : "wait until it is done";
  return `${command}: ${who} is at work in ${project}; ${fix}`;
}
