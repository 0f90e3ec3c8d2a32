import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../lib/config";
import { makeWire } from "../../lib/wire";
import { mistakesOf } from "../mistakes";

/** Each folder here: an `.env` as somebody wrote it, and in `expected` the lines that come of it. */
const cases = readdirSync(__dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** What stands in the files as a secret, or as a part of one. */
const SECRETS = /tskey-|NotAReal|s3cr3t-db-pass|relay-pass-9|BEGIN|VGhpcyBp|c28gdGhh|YWdlIS|ss-w0rd-1|please|w\/rd-2|GK31c2|not-hex|"short"/;

test("there are cases", () => {
  expect(cases.length).toBeGreaterThan(11);
});

test.each(cases)("refuses %s", (name) => {
  const project = mkdtempSync(join(tmpdir(), "tailwart-refused-"));
  try {
    const file = join(__dirname, name, ".env");
    // A .gitignore that hides it would turn this into the case of a fresh clone.
    expect(existsSync(file)).toBe(true);
    const mistakes = mistakesOf(() => makeWire(readConfig({ project, environment: {}, dotenv: readFileSync(file, "utf8") })));
    expect(`${mistakes.join("\n")}\n`).toBe(readFileSync(join(__dirname, name, "expected"), "utf8"));
    expect(mistakes.join("\n")).not.toMatch(SECRETS);
    expect(readdirSync(project)).toEqual([]);
  } finally {
    rmSync(project, { recursive: true });
  }
});
