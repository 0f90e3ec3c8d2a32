import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { TAR_END, tarEntries, tarEntry, type TarEntry } from "../../lib/backup/tar";

const folder = mkdtempSync(join(tmpdir(), "tailwart-tar-"));
const path = join(folder, "blobs.tar");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function back(content: Buffer): Promise<TarEntry[]> {
  writeFileSync(path, content);
  const found: TarEntry[] = [];
  for await (const entry of tarEntries(path)) found.push(entry);
  return found;
}

test("what goes in comes out, whatever the names and sizes", async () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }).filter((text) => !text.includes("\0"));
  const entries = fc.array(fc.record({ name, body: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)) }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(entries, async (some) => {
      expect(await back(Buffer.concat([...some.map(tarEntry), TAR_END]))).toEqual(some);
    }),
    { numRuns: 60 },
  );
});

test("a header is what ustar says", () => {
  const block = tarEntry({ name: "a", body: Buffer.from("hello") });
  expect([block.length, block.toString("latin1", 0, 2), block.toString("latin1", 124, 136), block.toString("latin1", 257, 265)]).toEqual([1024, "a\0", "00000000005\0", "ustar\x0000"]);
});

/** A header with another type, and its checksum mended. */
function typed(type: string, entry: TarEntry): Buffer {
  const block = tarEntry(entry);
  block.write(type, 156);
  block.write("        ", 148);
  block.write(`${block.subarray(0, 512).reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
test("other programs' archives: folders and links say what they are, GNU's long names are read", async () => {
  const [long, body, none] = ["n".repeat(180), Buffer.from("hello"), Buffer.alloc(0)];
  const archive = [typed("5", { name: "d/", body: none }), typed("1", { name: "d/link", body: none }), typed("L", { name: "././@LongLink", body: Buffer.from(`${long}\0`) }), tarEntry({ name: long.slice(0, 100), body }), TAR_END];
  expect(await back(Buffer.concat(archive))).toEqual([{ name: "d/", body: none, type: "5" }, { name: "d/link", body: none, type: "1" }, { name: long, body }]);
});

const whole = Buffer.concat([tarEntry({ name: "a", body: Buffer.alloc(600, 1) }), TAR_END]);
test.each([
  ["that was cut off", whole.subarray(0, 1000), /ends in the middle/],
  ["without its end", whole.subarray(0, 1536), /ends in the middle/],
  ["with a damaged header", Buffer.concat([Buffer.from("b"), whole.subarray(1)]), /header .* damaged/],
])("refuses an archive %s", (_, content, reason) => expect(back(content)).rejects.toThrow(reason));
