import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Deployment } from "../config";
import { secretFileName, secretSourcePath } from "../config/secrets";
import { MistakesError } from "../errors";
import { keptFile, MANIFEST, type Manifest } from "./manifest";
import { megabytes, type Say } from "./progress";
import { findSystem, type System } from "./system";

export interface BackupOptions {
  /** made; must not be there yet */
  readonly folder: string;
  readonly withSecrets: boolean;
}

/** Copies `.env` and every secret that is given, by its variable's name. */
function keepSecrets({ secrets }: Deployment, project: string, folder: string): string[] {
  mkdirSync(folder, { mode: 0o700 });
  const given = Object.values(secrets).filter((secret) => secret.given);
  const keep = (from: string, name: string): void => {
    copyFileSync(from, join(folder, name));
    chmodSync(join(folder, name), 0o600);
  };
  for (const { name, source } of given) keep(secretSourcePath(project, source), secretFileName(name));
  if (existsSync(join(project, ".env"))) keep(join(project, ".env"), "env");
  return given.map(({ name }) => name);
}

async function filled(folder: string, system: System, project: string, withSecrets: boolean, say: Say): Promise<Manifest> {
  const { deployment, database, beside } = system;
  const made = new Date().toISOString();
  const [dump, archive] = [join(folder, "db.dump"), join(folder, beside.file)];
  await beside.hold();
  // The database first: it names blobs, and a blob that comes later is one too many, never one too few.
  say("dumping the database");
  await database.dump(dump);
  const kept = await keptFile(folder, "db.dump");
  say(`database: ${megabytes(kept.bytes)}`);
  const copied = await beside.copy(archive, say);

  say("reading it all back");
  await database.check(dump);
  const [written, counted] = [await keptFile(folder, beside.file), await beside.count(archive)];
  say(`${beside.what}: ${counted.objects}, ${megabytes(counted.objectBytes)}`);
  const { sha256 = written.sha256, objects = counted.objects, objectBytes = counted.objectBytes } = copied;
  if (written.sha256 !== sha256 || counted.objects !== objects || counted.objectBytes !== objectBytes) throw new Error(`${beside.file}: what lies on the disk is not what was written; look at the disk`);
  const missing = (await beside.missing(archive, dump)).length;
  if (missing > 0) say(`${missing} messages came and were deleted while the database was dumped: a restore leaves them out`);
  return {
    format: 1,
    made,
    hostname: deployment.hostname,
    domains: deployment.domains,
    mailServer: { name: deployment.mailbox.server, version: (await system.serverVersion()) ?? "" },
    database: { ...kept, version: await database.version() },
    blobs: { ...written, ...counted },
    secrets: withSecrets ? keepSecrets(deployment, project, join(folder, "secrets")) : [],
  };
}

/** `npm run backup`: a folder that is either whole and read back, or not there. @throws MistakesError, Error with one line */
export async function backup(project: string, environment: NodeJS.ProcessEnv, options: BackupOptions, say: Say): Promise<void> {
  const folder = resolve(project, options.folder);
  if (existsSync(folder)) throw new MistakesError([`${options.folder}: it is there already; name a folder that is not`]);
  const system = await findSystem(project, environment);
  const part = `${folder}.${process.pid}.part`;
  const forget = (): void => rmSync(part, { recursive: true, force: true });
  const stopped = (): void => {
    forget();
    process.exit(130);
  };
  process.once("SIGINT", stopped);
  try {
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(part, { mode: 0o700 });
    const manifest = await filled(part, system, project, options.withSecrets, say);
    writeFileSync(join(part, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, folder);
    say(`whole: ${options.folder}`);
    say(options.withSecrets ? "it holds .env and the secrets: keep it like a key" : ".env and .secrets are not in it: keep a copy of both elsewhere, without them nobody logs in to what is restored");
  } finally {
    process.removeListener("SIGINT", stopped);
    forget();
    await system.beside.tidy().catch((error: Error) => say(error.message));
    system.close();
  }
}
