import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT, run, say, scratch } from "./programs";
import { ratio, shown, spread, table } from "./table";

const ROUNDS = 9;

/** Nothing of the caller's deployment, and no call home (CDKTF's own switches). */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "true", CI: "true" };

/** A project folder with our installed packages, so that both sides of a pair load the same files. */
function project(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(folder);
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** What `cdktf init --template typescript --local` writes: one stack with nothing in it. */
function template(): Record<string, string> {
  const folder = join(dirname(require.resolve("cdktf-cli/package.json")), "bundle/templates/typescript");
  const answers: Readonly<Record<string, string>> = { $base: "template", projectId: "template", sendCrashReports: "false", futureFlags: "" };
  const text = (name: string): string => readFileSync(join(folder, name), "utf8").replace(/\{\{\s*(\S+?)\s*\}\}/g, (_, question: string) => answers[question]);
  return Object.fromEntries(["main.ts", "tsconfig.json", "cdktf.json", "package.json"].map((name) => [name, text(name)]));
}

interface Cost {
  /** seconds on the clock */
  readonly clock: number;
  /** seconds of processor, with all processes that it started: steadier on a busy machine */
  readonly cpu: number;
}

/** The shell's own account: POSIX `times`, whose last line is what its children used, such as `0m1.23s 0m0.45s`. */
const ACCOUNT = '"$@" >/dev/null; status=$?; times; exit $status';

/** One synth into a new folder. */
function cost(command: readonly string[], cwd: string): Cost {
  const out = mkdtempSync(join(cwd, "out-"));
  // The command line tool has an option of its own, and sets the variable for the app.
  const tool = command.includes("cdktf");
  const began = process.hrtime.bigint();
  const account = run(["sh", "-c", ACCOUNT, "sh", ...command, ...(tool ? ["--output", out] : [])], { cwd, env: { ...ENVIRONMENT, ...(tool ? {} : { CDKTF_OUTDIR: out }) } });
  const clock = Number(process.hrtime.bigint() - began) / 1e9;
  if (!existsSync(join(out, "manifest.json"))) throw new Error(`${command.join(" ")} in ${cwd} wrote nothing`);
  const parts = [...(account.trim().split("\n").pop() ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return { clock, cpu: parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0) };
}

interface Pair {
  readonly name: string;
  readonly target: number;
  /** command and project folder */
  readonly ours: readonly [readonly string[], string];
  readonly theirs: readonly [readonly string[], string];
}

function row({ name, target, ours, theirs }: Pair): string[] {
  const [a, b]: [Cost[], Cost[]] = [[], []];
  cost(...ours);
  cost(...theirs);
  for (let round = 1; round <= ROUNDS; round++) {
    say(`synth: ${name}, round ${round} of ${ROUNDS}`);
    a.push(cost(...ours));
    b.push(cost(...theirs));
  }
  const of = (costs: readonly Cost[], what: keyof Cost): number[] => costs.map((one) => one[what]);
  const found = ratio(of(a, "clock"), of(b, "clock"));
  const seconds = (costs: readonly Cost[]): string => `${spread(of(costs, "clock")).median.toFixed(2)} s`;
  return [name, seconds(a), seconds(b), shown(found), shown(ratio(of(a, "cpu"), of(b, "cpu"))), `${target}`, found.median <= target ? "met" : "missed"];
}

/** Synth, the app alone and through the command line tool, against CDKTF's own template. @returns a table, or why there is none */
export function synth(): string {
  const app = join(PROJECT, "dist/main.js");
  if (!existsSync(app)) return "synth: skipped, there is no dist/main.js: run npm run build";
  if (!existsSync(join(PROJECT, "node_modules/.bin/ts-node"))) return "synth: skipped, ts-node is not installed: run npm ci";
  const folder = scratch();
  const files = template();
  const fresh = project(join(folder, "template"), files);
  const compiled = project(join(folder, "empty"), { ...files, "cdktf.json": files["cdktf.json"].replace("npx ts-node main.ts", "node dist/main.js") });
  run(["npx", "tsc", "-p", ".", "--outDir", "dist"], { cwd: compiled });
  // Not in the project itself: its .env is the reader's own, and its cdktf.out stays as it is.
  const own = project(join(folder, "own"), { "cdktf.json": readFileSync(join(PROJECT, "cdktf.json"), "utf8").replace("dist/main.js", app) });
  const cli = ["npx", "cdktf", "synth"];
  return table([
    ["synth", "tailwart", "CDKTF", "time, ratio", "CPU, ratio", "target", ""],
    row({ name: "app alone / template's npx ts-node", target: 0.2, ours: [["node", app], own], theirs: [["npx", "ts-node", "main.ts"], fresh] }),
    row({ name: "npx cdktf synth / same, empty compiled app", target: 1.1, ours: [cli, own], theirs: [cli, compiled] }),
  ]);
}
