import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Bucket, S3Object } from "../backends/s3/client";
import { TAR_END, tarEntries, tarEntry } from "./tar";

/** How many objects are under way at once. */
export const CONNECTIONS = 4;

export interface Copied {
  readonly objects: number;
  readonly objectBytes: number;
  readonly sha256: string;
  /** were in the list and gone when their turn came */
  readonly gone: number;
}
/** Called after each object. */
export type OnObject = (done: number, all: number, bytes: number) => void;

/** Runs `work` on all, a few at once, and hands the results on in order. */
async function inOrder<T, R>(all: readonly T[], work: (one: T) => Promise<R>, use: (result: R) => Promise<void>): Promise<void> {
  const running: Promise<R>[] = [];
  try {
    for (const one of all) {
      running.push(work(one));
      if (running.length >= CONNECTIONS) await use(await (running.shift() as Promise<R>));
    }
    while (running.length > 0) await use(await (running.shift() as Promise<R>));
  } finally {
    for (const rest of running) rest.catch(() => undefined);
  }
}

/** Copies every object of a bucket into an archive. */
export async function copyBlobs(bucket: Bucket, path: string, onObject: OnObject = () => undefined): Promise<Copied> {
  const list = await bucket.list();
  const file = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  const copied = { objects: 0, objectBytes: 0, gone: 0 };
  const write = async (part: Buffer): Promise<void> => {
    hash.update(part);
    await file.writeFile(part);
  };
  const fetched = async ({ key, size }: S3Object): Promise<{ name: string; body: Buffer } | undefined> => {
    const body = await bucket.get(key);
    if (body !== undefined && body.length !== size) throw new Error(`S3: ${key} has ${size} bytes by the list, and ${body.length} came`);
    return body && { name: key, body };
  };
  try {
    await inOrder(list, fetched, async (entry) => {
      if (entry === undefined) return void (copied.gone += 1);
      await write(tarEntry(entry));
      copied.objects += 1;
      copied.objectBytes += entry.body.length;
      onObject(copied.objects, list.length, copied.objectBytes);
    });
    await write(TAR_END);
    await file.sync();
  } finally {
    await file.close();
  }
  return { ...copied, sha256: hash.digest("hex") };
}

/** Counts what is in an archive, to its end. */
export async function countBlobs(path: string): Promise<Pick<Copied, "objects" | "objectBytes">> {
  const found = { objects: 0, objectBytes: 0 };
  for await (const { body } of tarEntries(path)) {
    found.objects += 1;
    found.objectBytes += body.length;
  }
  return found;
}

/**
 * Puts every object of an archive that is not there yet into a bucket. A name is a hash of the content, so what is there
 * under it with this size is the same.
 * @returns the names of the archive
 */
export async function putBlobs(bucket: Bucket, path: string, onObject: (done: number) => void = () => undefined): Promise<Set<string>> {
  const there = new Map((await bucket.list()).map(({ key, size }) => [key, size]));
  const names = new Set<string>();
  const running = new Set<Promise<void>>();
  let failure: unknown;
  for await (const { name, body } of tarEntries(path)) {
    names.add(name);
    if (there.get(name) !== body.length) {
      const one = bucket.put(name, body).catch((error: unknown) => void (failure ??= error)).finally(() => running.delete(one));
      running.add(one);
      if (running.size >= CONNECTIONS) await Promise.race(running);
      if (failure !== undefined) break;
    }
    onObject(names.size);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure;
  return names;
}

/** Takes away what is not in `names`. @returns how many */
export async function removeOthers(bucket: Bucket, names: ReadonlySet<string>): Promise<number> {
  const others = (await bucket.list()).filter(({ key }) => !names.has(key));
  for (const { key } of others) await bucket.remove(key);
  return others.length;
}
