import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bucket } from "../../lib/backends/s3/client";
import { copyBlobs, countBlobs, putBlobs, removeOthers } from "../../lib/backup/blobs";

const folder = mkdtempSync(join(tmpdir(), "tailwart-blobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = (): string => join(folder, `${(files += 1)}.tar`);

/** A bucket in memory that notes what is written to it. */
function bucketOf(content: Record<string, string>) {
  const objects: Map<string, Buffer> = new Map(Object.entries(content).map(([key, text]) => [key, Buffer.from(text)]));
  const written: string[] = [];
  const bucket = {
    list: async () => [...objects].map(([key, body]) => ({ key, size: body.length })),
    get: async (key: string) => objects.get(key),
    put: async (key: string, body: Buffer) => void (written.push(key), objects.set(key, body)),
    remove: async (key: string) => void objects.delete(key),
  };
  return { objects, written, bucket: bucket as unknown as Bucket, double: bucket };
}
const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, "x".repeat(index * 100)]));

test("all objects go into an archive and from there into an empty bucket", async () => {
  const [from, to, path] = [bucketOf(ten), bucketOf({}), fresh()];
  const copied = await copyBlobs(from.bucket, path);
  expect(copied).toMatchObject({ objects: 10, objectBytes: 4500, gone: 0 });
  expect(await countBlobs(path)).toEqual({ objects: 10, objectBytes: 4500 });
  expect((await putBlobs(to.bucket, path)).size).toBe(10);
  expect(to.objects).toEqual(from.objects);
});

test("an object that is removed meanwhile is left out", async () => {
  const { bucket, objects, double } = bucketOf(ten);
  const list = await double.list();
  double.list = async () => (objects.delete("k3"), list);
  expect(await copyBlobs(bucket, fresh())).toMatchObject({ objects: 9, gone: 1 });
});

test("fails when an object comes shorter than it is", async () => {
  const { bucket, double } = bucketOf(ten);
  double.get = async () => Buffer.from("short");
  await expect(copyBlobs(bucket, fresh())).rejects.toThrow("k0 has 0 bytes by the list, and 5 came");
});

test("only what is not there is written, and only what is of another size", async () => {
  const path = fresh();
  await copyBlobs(bucketOf({ a: "1", b: "22", c: "333" }).bucket, path);
  const { bucket, written } = bucketOf({ a: "1", b: "2" });
  await putBlobs(bucket, path);
  expect(written.sort()).toEqual(["b", "c"]);
});

test("fails with the first refusal of the bucket", async () => {
  const path = fresh();
  await copyBlobs(bucketOf(ten).bucket, path);
  const { bucket, double } = bucketOf({});
  double.put = () => Promise.reject(new Error("HTTP 507"));
  await expect(putBlobs(bucket, path)).rejects.toThrow("HTTP 507");
});

test("what the backup does not know goes away", async () => {
  const { bucket, objects } = bucketOf({ a: "1", b: "2", c: "3" });
  expect(await removeOthers(bucket, new Set(["b"]))).toBe(2);
  expect([...objects.keys()]).toEqual(["b"]);
});
