import { MistakesError } from "../../lib/errors";
import { deploy } from "../../lib/deploy/deploy";
import { lastLine, run } from "../../lib/site/run";
import { container as world } from "../addresses";
import { expect, until, type Bench } from "../bench";
import { headscale } from "../control";
import { placeOf } from "../lab";

export const sleep = (seconds: number): Promise<void> => new Promise((wake) => setTimeout(wake, seconds * 1000));

/** The containers of the deployment. */
export const names = (bench: Bench) => {
  const [mailbox, edge] = [`tailwart-${bench.wire.mailbox.name}`, `tailwart-${bench.wire.edges[0].name}`];
  return { owner: `${mailbox}-namespace`, sidecar: `${mailbox}-sidecar`, server: bench.mailServer, postgres: "tailwart-postgres", garage: "tailwart-garage", redis: "tailwart-redis", edge: "tailwart-edge", edgeSidecar: `${edge}-sidecar` } as const;
};

export async function docker(bench: Bench, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await bench.lab.engine.docker(args, { seconds: 180 });
  expect(status === 0, `docker ${args.slice(0, 2).join(" ")}: ${lastLine(stderr)}`);
  return stdout.trim();
}

export const exists = async (bench: Bench, name: string): Promise<boolean> => (await bench.lab.engine.container(name)) !== undefined;

/** Kills the container's process from outside: `docker kill` would count as a wish to have it stopped. */
export async function kill(bench: Bench, name: string): Promise<void> {
  const pid = await docker(bench, "inspect", "-f", "{{.State.Pid}}", name);
  const image = await docker(bench, "inspect", "-f", "{{.Config.Image}}", world("client"));
  await docker(bench, "run", "--rm", "--pid=host", "--network=none", "--entrypoint=kill", image, "-9", pid);
}

/** Signals every process of a container from outside, its main one first; it knows nothing of it, and neither does the engine. */
async function signalAll(bench: Bench, name: string, signal: "STOP" | "CONT"): Promise<void> {
  const pid = await docker(bench, "inspect", "-f", "{{.State.Pid}}", name);
  expect(Number(pid) > 0, `${name} does not run`);
  const image = await docker(bench, "inspect", "-f", "{{.Config.Image}}", world("client"));
  const script = 'all() { echo "$1"; for child in $(pgrep -P "$1"); do all "$child"; done; }; kill -"$1" $(all "$2")';
  await docker(bench, "run", "--rm", "--pid=host", "--network=none", "--entrypoint=/bin/sh", image, "-c", script, "sh", signal, pid);
}
/** The container's processes are there and do nothing. */
export const hang = (bench: Bench, name: string): Promise<void> => signalAll(bench, name, "STOP");
export const goOn = (bench: Bench, name: string): Promise<void> => signalAll(bench, name, "CONT");

export async function stopFor(bench: Bench, name: string, seconds: number): Promise<void> {
  await docker(bench, "stop", name);
  await sleep(seconds);
  await docker(bench, "start", name);
}

/** Deploys as `npm run deploy -- --yes` does; what it says is shown only when it fails. */
export async function redeploy(bench: Bench): Promise<void> {
  const said: string[] = [];
  const hear = { write: (text: string) => said.push(text) > 0 };
  const code = await deploy({ ...placeOf(bench.lab), output: { stdout: hear, stderr: hear } }, { yes: true, withData: false });
  if (code === 0) return;
  bench.lab.say(said.join(""));
  throw new MistakesError(["the deploy failed: see above"]);
}

interface HeadscaleNode {
  readonly id: string | number;
  readonly given_name: string;
  readonly ip_addresses: readonly string[];
}
const nodeOf = async (bench: Bench, host: string): Promise<HeadscaleNode | undefined> =>
  ((JSON.parse(await headscale(bench.lab, "nodes", "list", "-o", "json")) as HeadscaleNode[] | null) ?? []).find(({ given_name: name }) => name === host);

/** The node is forgotten by the control server, loses its own state, and joins again: the same name, another address. */
export async function anotherAddress(bench: Bench, node: string, sidecar: string): Promise<void> {
  const before = await nodeOf(bench, node);
  expect(before !== undefined, `the control server knows no node ${node}`);
  await headscale(bench.lab, "nodes", "delete", "--identifier", String(before.id), "--force");
  // What it knows of itself lies on its volume.
  await docker(bench, "exec", "-u", "0", sidecar, "/bin/sh", "-c", "rm -rf /var/lib/tailscale/*");
  await docker(bench, "restart", "-t", "0", sidecar);
  const after = await until(`${node} joins again`, 60, () => nodeOf(bench, node));
  expect(!after.ip_addresses.some((address) => before.ip_addresses.includes(address)), `${node} has got its old address again: ${after.ip_addresses.join(", ")}`);
}

/** The edge is taken away with its node and what it knows of itself, and deployed again as a new one. */
export async function edgeAdded(bench: Bench): Promise<void> {
  const node = bench.wire.edges[0].name;
  const { edge, edgeSidecar } = names(bench);
  const there = await nodeOf(bench, node);
  if (there !== undefined) await headscale(bench.lab, "nodes", "delete", "--identifier", String(there.id), "--force");
  await docker(bench, "exec", "-u", "0", edgeSidecar, "/bin/sh", "-c", "rm -rf /var/lib/tailscale/*");
  await docker(bench, "rm", "-f", edge, edgeSidecar);
  await sleep(5);
  await redeploy(bench);
}

/** A command of the operator that does something to the engine's host. */
export async function command(variable: string, bench: Bench): Promise<void> {
  const text = bench.lab.environment[variable] ?? "";
  const { status, stderr } = await run("/bin/sh", ["-c", text], { environment: bench.lab.environment, seconds: 120 });
  expect(status === 0, `${variable}: ${lastLine(stderr) || `it ended with ${status}`}`);
  await until("the engine answers again", 120, async () => ((await bench.lab.engine.silence(5)) === undefined ? true : undefined));
}
