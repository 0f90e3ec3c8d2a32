import { spawn, type ChildProcess } from "node:child_process";
import { openSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants";
import { run, say } from "./programs";

/** What is measured of one proxy in one round. */
export interface Sample {
  /** per CPU second of the proxy */
  readonly sessions: number;
  /** CPU seconds of the proxy per 10^9 bytes */
  readonly down: number;
  readonly up: number;
  /** KiB of resident memory that one more greeted, idle session takes */
  readonly idle: number;
  /** milliseconds from connect to greeting */
  readonly p99: number;
  /** MiB of resident memory before the idle sessions */
  readonly rest: number;
}

/** What the world is told, as JSON in the file that is its only argument; it answers into `results`. */
export interface Task {
  readonly load: string;
  readonly mailbox: string;
  readonly names: string;
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly log: string;
  readonly results: string;
}

const SESSIONS = 12_000;
const BULK_BYTES = 1_000_000_000;
const IDLE = 2000;
const RATE = 300;
const LATENCY_SECONDS = 3;

/** A process and those it started, such as nginx's workers. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean));
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** CPU seconds, user and system (proc(5): /proc/PID/stat fields 14 and 15, in ticks of 1/100 s). */
const cpuSeconds = (pid: number): number =>
  family(pid)
    .map((one) => readFileSync(`/proc/${one}/stat`, "utf8").replace(/.*\) /, "").split(" "))
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0);

/** Resident memory in KiB. */
const residentKiB = (pid: number): number =>
  family(pid).reduce((sum, one) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, "utf8"))?.[1] ?? 0), 0);

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

async function measure({ load, log }: Task, { command, environment, address }: Contestant): Promise<Sample> {
  const output = openSync(log, "a");
  const proxy = spawn(command[0], command.slice(1), { stdio: ["ignore", output, output], env: { ...process.env, ...environment } });
  const pid = proxy.pid as number;
  const cpuOf = (...args: readonly (string | number)[]): number => {
    const before = cpuSeconds(pid);
    run([load, args[0] as string, address, ...args.slice(1).map(String)]);
    return cpuSeconds(pid) - before;
  };
  run([load, "wait", address]);
  run([load, "sessions", address, "500"]);
  await sleep(300);
  const rest = residentKiB(pid);
  const idle = spawn(load, ["idle", address, String(IDLE)], { stdio: ["pipe", "pipe", "inherit"] });
  for await (const line of createInterface(idle.stdout)) if (line === "open") break;
  if (idle.exitCode !== null) throw new Error("the idle sessions did not open");
  await sleep(500);
  const held = residentKiB(pid);
  idle.stdin.end();
  await new Promise((resolve) => idle.once("exit", resolve));
  await sleep(500);
  const sample = {
    rest: rest / 1024,
    idle: (held - rest) / IDLE,
    sessions: SESSIONS / cpuOf("sessions", SESSIONS),
    down: (cpuOf("down", BULK_BYTES) / BULK_BYTES) * 1e9,
    up: (cpuOf("up", BULK_BYTES) / BULK_BYTES) * 1e9,
    p99: Number(run([load, "latency", address, String(RATE), String(LATENCY_SECONDS)])) / 1000,
  };
  await stop(proxy);
  return sample;
}

async function main(task: Task): Promise<void> {
  // All of this runs in a process namespace of which this is the first process: when it ends, everything ends.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  // Standard input ends when whoever started this is gone, however that came.
  process.stdin.resume().once("end", () => process.exit(1));
  const mailbox = spawn(task.load, ["serve", task.mailbox, `${task.names}:53`], { stdio: ["ignore", "inherit", "inherit"] });
  mailbox.once("exit", () => process.exit(1));
  const samples: Record<string, Sample[]> = {};
  for (let round = 1; round <= task.rounds; round++) {
    for (const contestant of task.contestants) {
      say(`edge: round ${round} of ${task.rounds}, ${contestant.name}`);
      (samples[contestant.name] ??= []).push(await measure(task, contestant));
    }
  }
  writeFileSync(task.results, JSON.stringify(samples));
  process.exit(0);
}

main(JSON.parse(readFileSync(process.argv[2], "utf8")) as Task).catch((error: Error) => {
  say(`edge: ${error.message}`);
  process.exit(1);
});
