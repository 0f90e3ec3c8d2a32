import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refuseCarriageReturns } from "../lib/asset";
import { MistakesError } from "../lib/errors";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "tailwart-asset-test-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("an asset's line endings", () => {
  test("a file with carriage returns is refused by name", () => {
    const file = join(folder, "reload.sh");
    writeFileSync(file, "#!/bin/sh\r\necho\r\n");
    expect(() => refuseCarriageReturns(file)).toThrow(MistakesError);
    expect(() => refuseCarriageReturns(file)).toThrow(/^reload\.sh: got Windows line endings .*autocrlf false/);
  });
  test("in a folder each such file is named, however deep", () => {
    mkdirSync(join(folder, "a b"));
    writeFileSync(join(folder, "a b", "one.sh"), "x\r\n");
    writeFileSync(join(folder, "two.sh"), "x\r\n");
    writeFileSync(join(folder, "fine.sh"), "x\n");
    expect(() => refuseCarriageReturns(folder)).toThrow(/one\.sh[^]*\n[^]*two\.sh|two\.sh[^]*\n[^]*one\.sh/);
    expect(() => refuseCarriageReturns(folder)).not.toThrow(/fine\.sh/);
  });
  test("LF is fine", () => {
    writeFileSync(join(folder, "fine.sh"), "x\n");
    expect(() => refuseCarriageReturns(folder)).not.toThrow();
  });
});

test("git gives every text file LF, whatever autocrlf says", () => {
  expect(readFileSync(join(__dirname, "../.gitattributes"), "utf8")).toMatch(/^\* text=auto eol=lf$/m);
});
