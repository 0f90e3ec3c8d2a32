import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as peers from "./contestants";
import type { Contestant } from "./contestants";
import { PROJECT, firstLine, run, say, scratch } from "./programs";
import { digits, ratio, shown, spread, table } from "./table";
import type { Sample, Task } from "./world";

const FIGURES: Readonly<Record<keyof Sample, string>> = {
  sessions: "sessions per CPU second (more is better)",
  down: "CPU seconds per GB, to the client",
  up: "CPU seconds per GB, to the mailbox",
  idle: "KiB per idle connection",
  p99: "p99 connect to greeting, ms",
  rest: "MiB at rest",
};

const isRoot = process.getuid?.() === 0;

/** Programs that must be there, each with an argument that it answers. */
const NEEDED: readonly (readonly [string, string])[] = [["go", "version"], ["unshare", "--version"], ["ip", "-V"]];

/** Who runs, the first being the one that the others are compared with. */
type Field = (folder: string) => { readonly files: readonly peers.ConfigFile[]; readonly contestants: readonly Contestant[] };

/** The edge against HAProxy and nginx; who is not installed is named and left out. */
const againstPeers: Field = (folder) => {
  const caddy = peers.caddyJson(folder);
  const files = [caddy];
  const contestants = [peers.edge(caddy, peers.EDGE_ENVIRONMENT)];
  if (firstLine("haproxy", "-v") === undefined) say("edge: haproxy is not installed, so it is left out");
  else {
    const config = peers.haproxyConfig(folder);
    files.push(config);
    contestants.push(peers.haproxy(config));
  }
  const nginx = spawnSync("nginx", ["-V"], { encoding: "utf8" }).stderr ?? "";
  if (!nginx.includes("--with-stream")) say("edge: nginx with its stream module is not installed, so it is left out");
  else if (!isRoot) say("edge: nginx is left out: its workers change their user, which needs root");
  else {
    const config = peers.nginxConfig(folder, nginx.includes("--with-stream=dynamic") ? "load_module modules/ngx_stream_module.so;" : "");
    files.push(config);
    contestants.push(peers.nginx(config));
  }
  return { files, contestants };
};

/** The edge with other settings, against a Caddy that is told nothing. */
const againstItself: Field = (folder) => {
  const caddy = peers.caddyJson(folder);
  const debug = peers.caddyJson(folder, "debug", (text) => text.replace('"level":"INFO"', '"level":"DEBUG"'));
  const oneLookup = peers.caddyJson(folder, "one-lookup", (text) => text.replaceAll('"dial":["stalwart', '"dial":["tcp4/stalwart').replaceAll(',"resolver_preference":"ipv4_only"', ""));
  const settings: readonly Readonly<Record<string, string>>[] = [{ GOGC: "50" }, { GOGC: "200" }, { GOGC: "400" }, { GOMAXPROCS: "1" }];
  return {
    files: [caddy, debug, oneLookup],
    contestants: [
      peers.edge(caddy, {}, "default"),
      ...settings.map((environment) => peers.edge(caddy, environment, Object.entries(environment)[0].join("="))),
      peers.edge(debug, {}, "log DEBUG"),
      peers.edge(oneLookup, {}, "dial tcp4/"),
    ],
  };
};

/** Runs the field in namespaces of its own: network, names, processes. Nothing in there outlives this call. */
async function inOwnWorld(folder: string, { files, contestants }: ReturnType<Field>, rounds: number): Promise<Record<string, Sample[]>> {
  const [hosts, resolver, taskFile] = ["hosts", "resolv.conf", "task.json"].map((file) => join(folder, file));
  const task: Task = { load: join(folder, "load"), mailbox: peers.mailbox, names: peers.NAMES, contestants, rounds, log: join(folder, "proxies.log"), results: join(folder, "results.json") };
  for (const { path, text } of [...files, { path: hosts, text: "127.0.0.1 localhost\n" }, { path: resolver, text: `nameserver ${peers.NAMES}\n` }, { path: taskFile, text: JSON.stringify(task) }]) writeFileSync(path, text);
  run(["go", "build", "-buildvcs=false", "-o", task.load, "."], { cwd: join(PROJECT, "bench/load"), env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" } });

  const script = 'ip link set lo up && mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"';
  const world = spawn(
    "unshare",
    [...(isRoot ? [] : ["--map-root-user"]), "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh", hosts, resolver, process.execPath, join(__dirname, "world.js"), taskFile],
    { stdio: ["pipe", "inherit", "inherit"] },
  );
  const end = (): boolean => world.kill("SIGKILL");
  process.once("exit", end);
  const status = await new Promise((resolve) => world.once("exit", resolve));
  process.removeListener("exit", end);
  if (status !== 0) throw new Error(`the benchmark's world ended with ${String(status)}; the proxies said: ${existsSync(task.log) ? readFileSync(task.log, "utf8").slice(-2000) : "nothing"}`);
  return JSON.parse(readFileSync(task.results, "utf8")) as Record<string, Sample[]>;
}

function tableOf(samples: Readonly<Record<string, readonly Sample[]>>): string {
  const [ours] = Object.keys(samples);
  const of = (name: string, figure: keyof Sample): number[] => samples[name].map((sample) => sample[figure]);
  const rows = (Object.keys(FIGURES) as (keyof Sample)[]).flatMap((figure) =>
    Object.keys(samples).map((name) => [
      name === ours ? FIGURES[figure] : "",
      name,
      digits(spread(of(name, figure)).median),
      name === ours ? "" : shown(ratio(of(ours, figure), of(name, figure))),
    ]),
  );
  return table([["figure", "proxy", "median", `${ours} / proxy (min..max)`], ...rows]);
}

async function bench(field: Field, rounds: number): Promise<string> {
  const missing = NEEDED.filter(([command, flag]) => firstLine(command, flag) === undefined).map(([command]) => command);
  if (firstLine(join(PROJECT, "tools/bin/caddy"), "version") === undefined) missing.push("tools/bin/caddy (run tools/build caddy)");
  if (missing.length > 0) return `edge: skipped, not installed: ${missing.join(", ")}`;
  const folder = scratch();
  return tableOf(await inOwnWorld(folder, field(folder), rounds));
}

/** The edge against HAProxy and nginx. @returns a table, or why there is none */
export const edge = (): Promise<string> => bench(againstPeers, 5);

/** The edge's settings against each other. @returns a table, or why there is none */
export const tune = (): Promise<string> => bench(againstItself, 3);
