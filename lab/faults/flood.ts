import { HOSTS, INTERNET, container as world } from "../addresses";
import { labText } from "../asset";
import type { Bench } from "../bench";
import { openOutside } from "./arrived";
import { docker, sleep } from "./tools";

export type FloodKind = "one" | "many" | "half-open" | "slow-tls";

const SECONDS = 30;
/** What one client opened when it took port 25 away; more than a caddy with 1 GiB of memory should let in. */
const CONNECTIONS = 10_000;
const TRIES = 10;
const GREETED_WITHIN = 5;
const AT_ONCE = 2;
/** An address of the lab's internet that has no other owner; more clients have the hundred after it. */
const FLOODER = "203.0.113.99";

/** Seconds until another client has the greeting; undefined when it does not come in time. */
export function greeting(port: number, seconds: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = openOutside(port);
    const end = (took?: number): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(took);
    };
    const timer = setTimeout(() => end(), seconds * 1000);
    socket.on("error", () => end()).on("close", () => end());
    socket.once("data", (data: Buffer) => end(/^220[ -]/.test(data.toString("latin1")) ? (performance.now() - begun) / 1000 : undefined));
  });
}

/** What was not as promised. @param during seconds to the greeting of each try, undefined where none came */
export function floodFailures(during: readonly (number | undefined)[], after: number | undefined): string[] {
  const greeted = during.filter((one) => one !== undefined).length;
  return [
    ...(greeted >= during.length * 0.9 ? [] : [`another client was greeted in ${greeted} of ${during.length} tries`]),
    ...(after !== undefined ? [] : [`no greeting within ${AT_ONCE} s after the flood`]),
  ];
}

/** Floods a public port of the edge, and asks meanwhile as another client. @returns what was not as promised */
export async function flood(bench: Bench, kind: FloodKind): Promise<readonly string[]> {
  const smtp = bench.line("smtp")?.port ?? 0;
  const port = kind === "slow-tls" ? 443 : smtp;
  const image = await docker(bench, "inspect", "-f", "{{.Config.Image}}", world("client"));
  const limits = ["--cap-add=NET_ADMIN", "--cap-add=NET_RAW", "--ulimit=nofile=16384:16384"];
  const script = ["perl", "-e", labText("faults/files/flood.pl"), kind, HOSTS.edge.ipv4, port, CONNECTIONS, SECONDS].map(String);
  const flooding = docker(bench, "run", "--rm", `--network=${INTERNET.network}`, `--ip=${FLOODER}`, ...limits, "--entrypoint=", image, ...script);
  const during: (number | undefined)[] = [];
  const asking = (async () => {
    await sleep(5);
    for (let one = 0; one < TRIES; one += 1) {
      const took = await greeting(smtp, GREETED_WITHIN);
      during.push(took);
      await sleep(Math.max(0, 2 - (took ?? GREETED_WITHIN)));
    }
  })();
  const [said] = await Promise.all([flooding, asking]);
  const after = await greeting(smtp, AT_ONCE);
  const slowest = Math.max(0, ...during.flatMap((one) => one ?? []));
  bench.lab.say(`  flood: ${said}; greeted ${during.filter((one) => one !== undefined).length} of ${TRIES}, slowest ${slowest.toFixed(1)} s`);
  return floodFailures(during, after);
}
