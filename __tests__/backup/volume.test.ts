import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ends } from "../../lib/backup/docker";
import { TAR_END, tarEntry } from "../../lib/backup/tar";
import { VolumeFiles, type Volume } from "../../lib/backup/volume";

const folder = mkdtempSync(join(tmpdir(), "tailwart-volume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The archive of a volume with two texts, one of them deleted after the dump, a message in the queue and half of another. */
const archive = join(folder, "files.tar");
const FILES = ["dkim_keys/one.test_default.key", "messages/a1", ".held/b2", "remote_queue/q.body", "remote_queue/q.header", "remote_queue/q.meta", "remote_queue/r.body"];
writeFileSync(archive, Buffer.concat([...FILES.map((name) => tarEntry({ name, body: Buffer.from("text") })), TAR_END]));

function files({ named = [], looked = "" }: { named?: readonly string[]; looked?: string }) {
  const asked: [string, Ends?][] = [];
  const volume: Volume = async (verb, ends) => {
    asked.push(ends === undefined ? [verb] : [verb, ends]);
    return looked;
  };
  const forgotten: string[] = [];
  return { asked, forgotten, files: new VolumeFiles(volume, { named: async () => named, forget: async (names) => void forgotten.push(...names) }) };
}

test("counts files and their bytes", async () => expect(await files({}).files.count(archive)).toEqual({ objects: 7, objectBytes: 28 }));

test.each([
  ["nothing, for a text that was deleted meanwhile is held", ["a1", "b2"], []],
  ["each text once that the archive does not have", ["a1", "c3", "c3", "q.body"], ["c3", "q.body"]],
])("missing: %s", async (_, named, missing) => expect(await files({ named }).files.missing(archive, "db.dump")).toEqual(missing));

test("what is in a volume is told by two numbers", async () => expect(await files({ looked: "12\n3\n" }).files.there()).toEqual({ objects: 12, queued: 3 }));

test("a restore first lays the files beside, says what is going to be sent, and leaves out what has no text", async () => {
  const [{ asked, forgotten, files: beside }, said] = [files({ named: ["a1", "c3"] }), [] as string[]];
  await beside.bring(archive, "db.dump", (line) => said.push(line));
  expect([asked, forgotten]).toEqual([[["stage", { from: archive }]], []]);
  await beside.settle(false, (line) => said.push(line));
  await beside.tidy();
  expect([asked.slice(1), forgotten]).toEqual([[["swap"], ["tidy"]], ["c3"]]);
  expect(said).toEqual([expect.stringMatching(/^1 messages of the backup's queue are to be sent; .* go out twice$/), "1 messages that were deleted during the backup stay deleted"]);
});
