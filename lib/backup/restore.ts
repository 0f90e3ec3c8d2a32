import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLine } from "../site/run";
import { MistakesError, refuseIfAny } from "../errors";
import { readBackup, type Manifest } from "./manifest";
import { every, megabytes, type Say } from "./progress";
import { findSystem, type System } from "./system";

export interface RestoreOptions {
  readonly folder: string;
  /** take away the mail that is there */
  readonly replace: boolean;
}

const PATIENCE_SECONDS = 240;
const numbers = (version: string): number[] => version.split(".").map((part) => parseInt(part, 10));
/** Negative when `a` is the older version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  return left.map((number, index) => number - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** What speaks against it, before anything is touched. */
export async function objections({ deployment, database, beside, kind, serverVersion }: System, manifest: Manifest, { replace }: RestoreOptions): Promise<string[]> {
  if (manifest.mailServer.name !== deployment.mailbox.server) return [`MAIL_SERVER: got ${deployment.mailbox.server}, and the backup is of ${manifest.mailServer.name}; set it to that`];
  const mistakes: string[] = [];
  const [postgres, mail] = [await database.version(), await serverVersion()];
  if (numbers(postgres)[0] < numbers(manifest.database.version)[0]) mistakes.push(`PostgreSQL: it is ${postgres} here, and the backup is of ${manifest.database.version}; set POSTGRES_IMAGE to that major version or a newer one`);
  if (mail !== undefined && manifest.mailServer.version !== "" && compareVersions(mail, manifest.mailServer.version) < 0)
    mistakes.push(`${manifest.mailServer.name}: it is ${mail} here, and the backup is of ${manifest.mailServer.version}; set ${kind.image} to that version or a newer one`);
  const others = manifest.domains.filter((domain) => !deployment.domains.includes(domain));
  if (others.length > 0) mistakes.push(`MAIL_DOMAIN: got ${deployment.domains.join(",")}, and the backup is of ${manifest.domains.join(",")}; name those too`);
  if (!replace) {
    const [rows, { objects, queued }] = [await database.rows(kind.tables), await beside.there()];
    const found = [rows === undefined ? "its database is of another kind" : `${rows} rows of mail data`, `${objects} ${beside.what}`, ...(queued > 0 ? [`${queued} messages to be sent`] : [])];
    if (rows !== 0 || queued > 0) mistakes.push(`this system is not empty: ${found.join(", ")}; with --replace they are taken away for good, and npm run backup keeps them`);
  }
  return mistakes;
}

async function untilHealthy({ engine, server }: System, say: Say): Promise<void> {
  const begun = Date.now();
  const progress = every(10, say);
  for (;;) {
    const health = (await engine.container(server))?.health;
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (health === "healthy") return say(`${server} is healthy after ${seconds} s`);
    if (seconds > PATIENCE_SECONDS) {
      const { stdout, stderr } = await engine.logs(server, 10);
      throw new Error(`${server}: it is not healthy after ${seconds} s; its last words: ${lastLine(`${stdout}\n${stderr}`)}`);
    }
    progress(`waiting for ${server}: ${health ?? "no health yet"}`);
    await sleep(1000);
  }
}

/** Brings the mail in while the server is stopped; whatever happens, it is started again. */
async function exchanged(system: System, folder: string, manifest: Manifest, replace: boolean, say: Say): Promise<void> {
  const { engine, server, beside, database } = system;
  const must = async (command: string, container = server): Promise<void> => {
    const { status, stderr } = await engine.docker([command, container], { seconds: 120 });
    if (status !== 0) throw new Error(`docker ${command} ${container}: ${lastLine(stderr)}`);
  };
  await must("stop");
  say(`${server} is stopped`);
  try {
    // It keeps nothing over a start, and its locks are of the queue that goes away.
    if (system.redis !== undefined) await must("restart", system.redis);
    const dump = join(folder, manifest.database.file);
    await beside.bring(join(folder, manifest.blobs.file), dump, say);
    await database.restore(dump);
    say(`database: ${megabytes(manifest.database.bytes)}`);
    await beside.settle(replace, say);
  } finally {
    await beside.tidy().catch((error: Error) => say(error.message));
    await must("start");
    say(`${server} is started`);
  }
}

/** `npm run restore`: puts a backup into a system that is deployed and has no mail yet. @throws MistakesError, Error with one line */
export async function restore(project: string, environment: NodeJS.ProcessEnv, options: RestoreOptions, say: Say): Promise<void> {
  const folder = resolve(project, options.folder);
  say("reading the backup");
  const manifest = await readBackup(folder);
  const system = await findSystem(project, environment);
  try {
    refuseIfAny(await objections(system, manifest, options));
    const { beside, database } = system;
    await database.check(join(folder, manifest.database.file));
    const { objects, objectBytes } = await beside.count(join(folder, manifest.blobs.file));
    if (objects !== manifest.blobs.objects) throw new MistakesError([`${options.folder}: ${manifest.blobs.file} holds ${objects} ${beside.what}, and manifest.json says ${manifest.blobs.objects}; take another backup`]);
    say(`of ${manifest.made}, ${manifest.domains.join(", ")}: database ${megabytes(manifest.database.bytes)}, ${objects} ${beside.what} of ${megabytes(objectBytes)}`);
    await exchanged(system, folder, manifest, options.replace, say);
    await untilHealthy(system, say);
    say("accounts and their passwords are those of the backup, the administrator's too");
  } finally {
    system.close();
  }
}
