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

/** Seconds of one synth into a new folder. */
function timed(command: readonly string[], cwd: string): number {
  const out = mkdtempSync(join(cwd, "out-"));
  const began = process.hrtime.bigint();
  // The command line tool has an option of its own, and sets the variable for the app.
  if (command.includes("cdktf")) run([...command, "--output", out], { cwd, env: ENVIRONMENT });
  else run(command, { cwd, env: { ...ENVIRONMENT, CDKTF_OUTDIR: out } });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (!existsSync(join(out, "manifest.json"))) throw new Error(`${command.join(" ")} in ${cwd} wrote nothing`);
  return seconds;
}

interface Pair {
  readonly name: string;
  readonly target: number;
  /** command and project folder */
  readonly ours: readonly [readonly string[], string];
  readonly theirs: readonly [readonly string[], string];
}

function row({ name, target, ours, theirs }: Pair): string[] {
  const [a, b]: [number[], number[]] = [[], []];
  timed(...ours);
  timed(...theirs);
  for (let round = 1; round <= ROUNDS; round++) {
    say(`synth: ${name}, round ${round} of ${ROUNDS}`);
    a.push(timed(...ours));
    b.push(timed(...theirs));
  }
  const found = ratio(a, b);
  return [name, `${spread(a).median.toFixed(2)} s`, `${spread(b).median.toFixed(2)} s`, shown(found), `${target}`, found.median <= target ? "met" : "missed"];
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
    ["synth", "tailwart", "CDKTF", "ratio (min..max)", "target", ""],
    row({ name: "app alone / template's npx ts-node", target: 0.2, ours: [["node", app], own], theirs: [["npx", "ts-node", "main.ts"], fresh] }),
    row({ name: "npx cdktf synth / same, empty compiled app", target: 1.1, ours: [cli, own], theirs: [cli, compiled] }),
  ]);
}
