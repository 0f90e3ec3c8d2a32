import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { reportMistakes, type Output } from "../app";
import type { Deployment } from "../config";
import { differentBytes, pinOf, recordOf, type EdgeRecord } from "../edge/record";
import { MistakesError, refuseIfAny } from "../errors";
import { readerMayLeave } from "../pipe";
import { Engine } from "../site/engine";
import { hintOf } from "../site/only";
import { projectOf } from "../site/project";
import { lastLine } from "../site/run";
import { PROGRAMS, programOf, tagVersion, versionIn, type Program } from "../versions";
import { newestVersions, overHttps, type Fetch } from "./newest";
import { rowOf, versionsText, type Seen, type VersionRow } from "./table";

export interface VersionsPlace {
  readonly deployment: Deployment;
  /** first label of the mailbox's MagicDNS name */
  readonly mailbox: string;
  readonly project: string;
  engine(host: string): Engine;
  readonly fetching: Fetch;
  now(): Date;
}

interface Options {
  readonly json: boolean;
  readonly offline: boolean;
  readonly keepCaddy?: string;
}
const KNOWN = ["--json", "--offline", "--keep-caddy"];

/** @throws MistakesError with one line for each word that it does not know */
export function readVersionsOptions(words: readonly string[]): Options {
  const found = { json: false, offline: false, keepCaddy: undefined as string | undefined };
  const wrong: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [name, value] = words[at].split(/=(.*)/s);
    if (name === "--json") found.json = true;
    else if (name === "--offline") found.offline = true;
    else if (name === "--keep-caddy") {
      found.keepCaddy = value ?? words[(at += 1)] ?? "";
      if (found.keepCaddy === "") wrong.push("versions: --keep-caddy got nothing; write the file to make, for example --keep-caddy caddy-edge");
    } else wrong.push(`versions: got "${words[at]}"; allowed: ${KNOWN.join(", ")}${hintOf(name, KNOWN)}; write it behind --, for example npm run versions -- --json`);
  }
  refuseIfAny(wrong);
  return found;
}

interface Asked {
  readonly program: Program;
  readonly seen: Seen;
}

async function inContainer(engine: Engine, variable: string, container: string, image: string, command: readonly string[]): Promise<Asked[]> {
  const program = programOf(variable);
  if (program === undefined) return [];
  const { status, stdout } = await engine.exec(container, command, { seconds: 20 });
  const running = status === 0 ? (versionIn(stdout) ?? /\d+(\.\d+)+/.exec(stdout)?.[0]) : undefined;
  return [{ program, seen: { where: container, pinned: tagVersion(image), running } }];
}

/** The programs of the mailbox's engine. */
async function mailboxPrograms({ deployment, mailbox: name, engine: engineOf }: VersionsPlace): Promise<Asked[]> {
  const { mailbox, backends } = deployment;
  const engine = engineOf(mailbox.dockerHost);
  const stalwart = mailbox.server === "stalwart";
  const asked = [
    inContainer(engine, stalwart ? "STALWART_IMAGE" : "MADDY_IMAGE", `tailwart-${name}-${mailbox.server}`, mailbox.image, stalwart ? ["stalwart", "--version"] : ["maddy", "version"]),
    inContainer(engine, "TAILSCALE_IMAGE", `tailwart-${name}-sidecar`, mailbox.sidecarImage, ["tailscale", "version"]),
    ...(backends.kind === "embedded" ? [inContainer(engine, "POSTGRES_IMAGE", "tailwart-postgres", backends.images.postgres, ["postgres", "--version"])] : []),
    ...(backends.kind === "embedded" && backends.s3 ? [inContainer(engine, "GARAGE_IMAGE", "tailwart-garage", backends.images.garage, ["/garage", "--version"])] : []),
    ...(backends.kind === "embedded" && backends.redis ? [inContainer(engine, "REDIS_IMAGE", "tailwart-redis", backends.images.redis, ["redis-server", "--version"])] : []),
  ];
  return (await Promise.all(asked)).flat();
}

async function edgePrograms({ deployment, engine }: VersionsPlace): Promise<{ asked: Asked[]; records: EdgeRecord[] }> {
  const each = await Promise.all(deployment.edges.map(async ({ name, dockerHost }) => ({ edge: name, record: await recordOf(engine(dockerHost)) })));
  const asked = each.flatMap(({ edge, record }): Asked[] => [
    { program: PROGRAMS.caddy, seen: { where: `edge ${edge}`, pinned: wanted(deployment.caddy.version), running: record?.caddy, sha256: record?.sha256 } },
    { program: PROGRAMS.caddyL4, seen: { where: `edge ${edge}`, pinned: wanted(deployment.caddy.l4Version), running: record?.caddyL4 } },
  ]);
  return { asked, records: each.flatMap(({ edge, record }) => (record === undefined ? [] : [{ edge, record }])) };
}
const wanted = ({ version, exact }: Deployment["caddy"]["version"]): string => `${exact ? "=" : ">="}${version}`;

async function withNewest(asked: readonly Asked[], place: VersionsPlace, offline: boolean): Promise<VersionRow[]> {
  const programs = [...new Set(asked.map(({ program }) => program))];
  const found = offline ? [] : await Promise.all(programs.map(async (program) => [program, (await newestVersions(program, place.fetching)).accepted] as const));
  const newest = new Map(found);
  return asked.map(({ program, seen }) => rowOf(program, { ...seen, newest: newest.get(program) }, place.now()));
}

/** Takes the program of the first edge that runs into a file. @throws MistakesError where there is none */
async function keepCaddy({ deployment, engine, project }: VersionsPlace, file: string, output: Output): Promise<number> {
  const path = resolve(project, file);
  if (existsSync(path)) throw new MistakesError([`--keep-caddy: got "${file}"; it is there already; name a file that is not`]);
  const refusals: string[] = [];
  for (const { name, dockerHost } of deployment.edges) {
    const record = await recordOf(engine(dockerHost));
    const copied = record === undefined ? undefined : await engine(dockerHost).docker(["cp", "tailwart-edge:/usr/bin/caddy", path], { seconds: 300 });
    if (record !== undefined && copied?.status === 0) {
      output.stdout.write(`${file}: Caddy ${record.caddy} with caddy-l4 ${record.caddyL4} for ${record.arch}, from edge ${name}\nin .env: CADDY_DOWNLOAD=${file} CADDY_SHA256=${record.sha256}\n`);
      return 0;
    }
    refusals.push(`--keep-caddy: edge ${name}: ${copied === undefined ? "does not run, or was built before its image said what is in it; deploy it first" : lastLine(copied.stderr)}`);
  }
  throw new MistakesError(refusals);
}

/**
 * `npm run versions`: pinned, running, newest, end of support.
 * @returns 2: something that runs gets no more fixes or has a known hole, 1: an engine does not answer, 0: neither
 */
export async function versions(options: Options, place: VersionsPlace, output: Output): Promise<number> {
  if (options.keepCaddy !== undefined) return keepCaddy(place, options.keepCaddy, output);
  const { mailbox, edges } = place.deployment;
  const hosts = [...new Set([mailbox.dockerHost, ...edges.map(({ dockerHost }) => dockerHost)])];
  const silent = (await Promise.all(hosts.map(async (host) => ({ host, why: await place.engine(host).silence(20) })))).filter(({ why }) => why !== undefined);
  const [server, edge] = await Promise.all([mailboxPrograms(place), edgePrograms(place)]);
  const rows = await withNewest([...server, ...edge.asked], place, options.offline);
  const different = differentBytes(edge.records);
  if (options.json) output.stdout.write(`${JSON.stringify({ programs: rows, different, silent: silent.map(({ host }) => host) }, null, 2)}\n`);
  else {
    output.stdout.write(`${versionsText(rows)}\n`);
    for (const { edge: name, record } of edge.records) output.stdout.write(`edge ${name}: to pin it: ${pinOf(record)}\n`);
    for (const line of different) output.stdout.write(`${line}\n`);
    for (const { host, why } of silent) output.stderr.write(`the engine at ${host} does not answer: ${why}\n`);
  }
  if (rows.some(({ severe }) => severe)) return 2;
  return silent.length > 0 ? 1 : 0;
}

async function main(words: readonly string[]): Promise<number> {
  const project = process.cwd();
  const options = readVersionsOptions(words);
  const { deployment, wire } = projectOf(project, process.env);
  const engine = (host: string): Engine => new Engine(host, process.env);
  return versions(options, { deployment, mailbox: wire.mailbox.name, project, engine, fetching: overHttps, now: () => new Date() }, process);
}

if (require.main === module) {
  readerMayLeave("look");
  main(process.argv.slice(2))
    .catch((error: unknown) => reportMistakes(error, process, "nothing was looked at"))
    .then((status) => {
      process.exitCode = status;
    })
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
}
