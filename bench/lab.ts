import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { container } from "../lab/addresses";
import { Bench } from "../lab/bench";
import { forgetNodes, headscale } from "../lab/control";
import { down } from "../lab/down";
import { isOurs } from "../lab/ground";
import { serversThere } from "../lab/images";
import { labOf, placeOf, type Lab } from "../lab/lab";
import { up } from "../lab/up";
import { destroy } from "../lib/deploy/destroy";
import { run } from "../lib/site/run";
import { firstMessage, type Delivered } from "./lab/stopwatch";
import { writeCompose, type SynthesizedStack } from "./lab/compose";
import { PROJECT, firstLine, say, scratch } from "./programs";
import { digits, ratio, shown, spread, table } from "./table";

const ROUNDS = 3;
const TARGET = 1.3;
const DEPLOY = join(PROJECT, "dist/lib/deploy/main.js");

/** `docker compose`, or the older program of that name; undefined without either. */
function composeCommand(): readonly string[] | undefined {
  return [["docker", "compose"], ["docker-compose"]].find(([command, ...words]) => firstLine(command, ...words, "version") !== undefined);
}

/** Ids and starts of the deployment's containers. */
async function snapshot(bench: Bench): Promise<string> {
  const { stdout } = await bench.lab.engine.docker(["ps", "-aq", "--no-trunc", "--filter", "name=^tailwart-"]);
  const ids = stdout.split("\n").filter(Boolean).sort();
  return (await bench.lab.engine.docker(["inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}}", ...ids])).stdout;
}

/** Runs a command that brings the deployment up and takes the time of the first message; both have to end well. */
async function timed(bench: Bench, command: readonly string[], cwd: string): Promise<Delivered & { readonly ended: number }> {
  const { environment, host } = bench.lab;
  const over = new AbortController();
  const begun = performance.now();
  const ran = run(command[0], command.slice(1), { cwd, environment: { ...environment, DOCKER_HOST: host } }).then((said) => {
    const ended = (performance.now() - begun) / 1000;
    if (said.status !== 0) over.abort(new Error(`${command.join(" ")} ended with ${said.status}: ${said.stderr.slice(-800) || said.stdout.slice(-800)}`));
    else setTimeout(() => over.abort(new Error(`${command.join(" ")} ended, and no message came in within 120 s`)), 120_000).unref();
    return ended;
  });
  const delivered = await firstMessage(bench, begun, over.signal);
  const ended = await ran;
  over.signal.throwIfAborted();
  return { ...delivered, ended };
}

/** Nothing of the deployment is there, and nobody in the tailnet remembers it. @param policy what the control server has then */
async function clean(lab: Lab, bench: Bench, policy: string): Promise<void> {
  if ((await destroy(placeOf(lab), { yes: true, withData: true })) !== 0) throw new Error("the deployment could not be removed");
  await forgetNodes(lab, [bench.wire.mailbox.name, ...bench.wire.edges.map(({ name }) => name)]);
  const set = await lab.engine.exec(container("headscale"), ["headscale", "policy", "set", "-f", "/dev/stdin"], { input: policy });
  if (set.status !== 0) throw new Error(`the policy was not taken: ${set.stderr}`);
}

/** A policy without its tests: Headscale refuses those that name a tag which no node has yet. */
const untested = (policy: string): string => JSON.stringify({ ...(parse(policy) as object), tests: undefined });

/** Deploys until nothing is left to do (the policy's tests may wait for nodes), then once more. */
async function again(bench: Bench): Promise<string[]> {
  const { folder, environment } = bench.lab;
  const deploy = () => run(process.execPath, [DEPLOY, "deploy", "--yes"], { cwd: folder, environment });
  await deploy();
  const seconds: number[] = [];
  const before = await snapshot(bench);
  for (let round = 1; round <= ROUNDS; round++) {
    const begun = performance.now();
    const { status, stdout } = await deploy();
    seconds.push((performance.now() - begun) / 1000);
    if (status !== 0 || !stdout.includes("nothing to do")) throw new Error(`a deploy without a change had something to do: ${stdout.slice(-500)}`);
  }
  const after = await snapshot(bench);
  if (after !== before) throw new Error(`deploys without a change have touched containers:\n${before}became\n${after}`);
  return [`${digits(spread(seconds).median)} s`, "none", String(before.trim().split("\n").length)];
}

/**
 * From the command to the first message that is accepted at the edge and can be read, against Compose with the same
 * containers; and a deploy that changes nothing. @returns tables, or why there are none
 */
export async function lab(): Promise<string> {
  const compose = composeCommand();
  if (compose === undefined) return "lab: skipped, not installed: docker compose";
  const said: string[] = [];
  const quiet = { write: (line: string) => said.push(line) > 0 };
  const one = labOf(PROJECT, process.env, { stdout: quiet, stderr: quiet } as never);
  const there = await isOurs(one);
  try {
    say(there ? `lab: takes the one that is up in ${one.folder}; its mail goes` : "lab: up");
    if (!there) await up(one, (await serversThere(one))[0] ?? "stalwart");
    return await compared(one, compose);
  } catch (error) {
    said.slice(-30).forEach((line) => process.stderr.write(line));
    throw error;
  } finally {
    if (!there) await down(one);
  }
}

async function compared(one: Lab, compose: readonly string[]): Promise<string> {
  const bench = new Bench(one);
  say("lab: deploy without a change");
  const noop = await again(bench);
  const policy = untested(await headscale(one, "policy", "get"));
  const stack = (name: string): SynthesizedStack => {
    const folder = one.path("cdktf.out", "stacks", name);
    return { folder, json: JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as SynthesizedStack["json"] };
  };
  const folder = join(scratch(), "compose");
  mkdirSync(folder);
  const project = [...compose, "-p", "tailwart-lab-compose", "-f", join(folder, writeCompose(folder, ["mailbox", "edge"].map(stack)))];
  const [ours, theirs]: [Delivered[], Delivered[]] = [[], []];
  const rows: string[][] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    say(`lab: round ${round} of ${ROUNDS}, compose`);
    await clean(one, bench, policy);
    const peer = await timed(bench, [...project, "up", "-d"], folder).finally(() => run(project[0], [...project.slice(1), "down", "-v", "-t", "5"], { cwd: folder, environment: { ...one.environment, DOCKER_HOST: one.host } }));
    await clean(one, bench, "{}");
    say(`lab: round ${round} of ${ROUNDS}, tailwart`);
    const own = await timed(bench, [process.execPath, DEPLOY, "deploy", "--yes"], one.folder);
    theirs.push(peer);
    ours.push(own);
    rows.push([`${round}`, ...[own, peer].flatMap(({ accepted, readable, ended }) => [accepted, readable, ended].map((value) => value.toFixed(1)))]);
  }
  const found = ratio(ours.map(({ readable }) => readable), theirs.map(({ readable }) => readable));
  const median = (all: readonly Delivered[]): string => `${spread(all.map(({ readable }) => readable)).median.toFixed(1)} s`;
  return [
    table([["round", "tailwart: accepted", "readable", "command's end", "compose: accepted", "readable", "command's end"], ...rows]),
    table([["first message readable", "tailwart", "compose", "ratio", "target", ""], [bench.server, median(ours), median(theirs), shown(found), `${TARGET}`, found.median <= TARGET ? "met" : "missed"]]),
    table([["deploy without a change", "seconds", "containers touched", "of"], ["", ...noop]]),
  ].join("\n\n");
}
