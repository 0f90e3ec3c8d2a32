import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBackup } from "../../lib/backup/manifest";

const folder = mkdtempSync(join(tmpdir(), "tailwart-manifest-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kept = (file: string, text: string) => ({ file, bytes: text.length, sha256: createHash("sha256").update(text).digest("hex") });
const MANIFEST = {
  format: 1,
  made: "2030-01-01T00:00:00.000Z",
  hostname: "mail.one.test",
  domains: ["one.test"],
  mailServer: { name: "stalwart", version: "0.16.16" },
  database: { ...kept("db.dump", "rows"), version: "17.6" },
  blobs: { ...kept("blobs.tar", "mail"), objects: 1, objectBytes: 4 },
  secrets: [],
};
const write = (manifest: object | string): void => {
  writeFileSync(join(folder, "manifest.json"), typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  writeFileSync(join(folder, "db.dump"), "rows");
  writeFileSync(join(folder, "blobs.tar"), "mail");
};

test("reads a whole backup", async () => {
  write(MANIFEST);
  expect(await readBackup(folder)).toEqual(MANIFEST);
});

test.each([
  ["text that is no JSON", "{", /it is no JSON/],
  ["a format of the future", { ...MANIFEST, format: 2 }, /its format is 2, and 1 is what is known here/],
  ["a file somewhere else", { ...MANIFEST, database: { ...MANIFEST.database, file: "../db.dump" } }, /names no files/],
  ["a file that is not there", { ...MANIFEST, database: { ...MANIFEST.database, file: "other.dump" } }, /other\.dump: it is not there/],
  ["a file that changed", { ...MANIFEST, blobs: { ...MANIFEST.blobs, ...kept("blobs.tar", "other") } }, /blobs\.tar: .*its SHA-256 differs/],
])("refuses %s", async (_, manifest, reason) => {
  write(manifest);
  await expect(readBackup(folder)).rejects.toThrow(reason);
});

test("refuses a folder that is no backup", () => expect(readBackup(join(folder, "none"))).rejects.toThrow(/name a folder that npm run backup made/));
