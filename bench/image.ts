import { spawn } from "node:child_process";
import { createReadStream, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { PROJECT, firstLine, say, scratch } from "./programs";
import { digits, table } from "./table";

interface Cost {
  readonly seconds: number;
  /** of a process and all its descendants together, at its highest */
  readonly mebibytes: number;
}

/** Resident memory of a process tree, from /proc. */
function treeKiB(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      parents.set(Number(name), Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid: number | undefined): boolean => pid !== undefined && pid > 0 && (pid === root || isOurs(parents.get(pid)));
  const resident = (pid: number): number => {
    try {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  return [...parents.keys()].filter(isOurs).reduce((sum, pid) => sum + resident(pid), 0);
}

/** Runs a command to its end and looks at its memory twenty times a second. */
async function costOf(command: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<Cost> {
  const began = process.hrtime.bigint();
  const child = spawn(command[0], command.slice(1), { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, treeKiB(child.pid as number))), 50);
  const status = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(look);
  if (status !== 0) throw new Error(`${command.join(" ")} failed (${String(status)}): ${said.slice(-1000)}`);
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, mebibytes: most / 1024 };
}

/** A server on loopback that answers every request with the file. */
async function serving(file: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write("HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n");
      createReadStream(file).pipe(socket);
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The version that tools/caddy pins. */
const pinned = (module: string): string => new RegExp(`${module} v(\\S+)`).exec(readFileSync(join(PROJECT, "tools/caddy/go.mod"), "utf8"))?.[1] ?? "";

/**
 * The edge's Caddy by download and check, against compiling it as xcaddy does: all modules are there, nothing is compiled
 * yet. @returns a table, or why there is none
 */
export async function image(): Promise<string> {
  const caddy = join(PROJECT, "tools/bin/caddy");
  const missing = [["go", "version"], ["wget", "--version"]].filter(([command, flag]) => firstLine(command, flag) === undefined).map(([command]) => command);
  if (firstLine(caddy, "version") === undefined) missing.push("tools/bin/caddy (run tools/build caddy)");
  if (missing.length > 0) return `image: skipped, not installed: ${missing.join(", ")}`;
  const folder = scratch();
  const context = join(folder, "context");
  mkdirSync(context);
  const fetched = {
    CADDY_DOWNLOAD: await serving(caddy),
    CADDY_VERSION: pinned("github.com/caddyserver/caddy/v2"),
    CADDY_L4_VERSION: pinned("github.com/mholt/caddy-l4"),
    CADDY_ARCH: process.arch === "arm64" ? "arm64" : "amd64",
  };
  say("image: download");
  const download = await costOf(["sh", join(PROJECT, "lib/edge/image/fetch.sh"), context, join(folder, "out")], folder, fetched);
  say("image: compile");
  const source = join(folder, "source");
  mkdirSync(source);
  for (const file of readdirSync(join(PROJECT, "tools/caddy"))) writeFileSync(join(source, file), readFileSync(join(PROJECT, "tools/caddy", file)));
  const tidy = { CGO_ENABLED: "0", GOWORK: "off", GOCACHE: join(folder, "cache") };
  const compile = await costOf(["go", "build", "-trimpath", "-tags", "nobadger,nomysql,nopgx", "-ldflags", "-w -s", "-o", join(folder, "compiled"), "."], source, tidy);
  const row = (what: string, of: (cost: Cost) => number): string[] => [what, digits(of(download)), digits(of(compile)), digits(of(download) / of(compile))];
  return table([["the edge's Caddy", "download and check", "compile (xcaddy's way)", "ratio"], row("seconds", ({ seconds }) => seconds), row("MiB at most", ({ mebibytes }) => mebibytes)]);
}
