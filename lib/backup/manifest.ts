import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MistakesError, refuseIfAny } from "../errors";

/** A file of a backup. */
export interface KeptFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup holds; `manifest.json` in its folder. */
export interface Manifest {
  readonly format: 1;
  /** ISO 8601, UTC: when the database was dumped */
  readonly made: string;
  readonly hostname: string;
  readonly domains: readonly string[];
  readonly mailServer: { readonly name: string; readonly version: string };
  readonly database: KeptFile & { readonly version: string };
  readonly blobs: KeptFile & { readonly objects: number; readonly objectBytes: number };
  /** names of the secrets that lie in `secrets/`; empty without --with-secrets */
  readonly secrets: readonly string[];
}

export const MANIFEST = "manifest.json";

/** Reads a file as it lies on the disk. */
export async function keptFile(folder: string, file: string): Promise<KeptFile> {
  const path = join(folder, file);
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return { file, bytes: statSync(path).size, sha256: hash.digest("hex") };
}

/** The manifest of a folder, its files looked at byte by byte. @throws MistakesError when it is no whole backup */
export async function readBackup(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) throw new MistakesError([`${folder}: there is no ${MANIFEST} in it; name a folder that npm run backup made`]);
  const manifest = parsed(path);
  const mistakes: string[] = [];
  for (const kept of [manifest.database, manifest.blobs]) {
    if (!existsSync(join(folder, kept.file))) mistakes.push(`${join(folder, kept.file)}: it is not there; take another backup`);
    else if ((await keptFile(folder, kept.file)).sha256 !== kept.sha256) mistakes.push(`${join(folder, kept.file)}: it is not what was written (its SHA-256 differs); take another backup`);
  }
  refuseIfAny(mistakes);
  return manifest;
}

function parsed(path: string): Manifest {
  const mistake = (what: string): MistakesError => new MistakesError([`${path}: ${what}; take another backup, or a newer tailwart`]);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch {
    throw mistake("it is no JSON");
  }
  if (manifest.format !== 1) throw mistake(`its format is ${JSON.stringify(manifest.format)}, and 1 is what is known here`);
  const files = [manifest.database, manifest.blobs].every((kept) => /^[a-z.]+$/.test(kept?.file) && typeof kept.sha256 === "string");
  if (!files || typeof manifest.mailServer?.version !== "string") throw mistake("it names no files");
  return manifest;
}
