import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

interface Command {
  readonly program: string;
  readonly flags: readonly string[];
  readonly valued: readonly string[];
}
type Read = { readonly help: string } | { readonly error: string } | { readonly words: readonly string[] };
const root = join(__dirname, "..");
// eslint-disable-next-line @typescript-eslint/no-require-imports
const COMMANDS = require("../bin/commands") as Record<string, Command>;
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { readWords, npmName } = require("../bin/words") as {
  readWords(name: string, command: Command, words: readonly string[], environment: Record<string, string>): Read;
  npmName(option: string): string;
};
const read = (name: string, words: string, environment: Record<string, string> = {}): Read =>
  readWords(name, COMMANDS[name], words.split(" ").filter((word) => word !== ""), environment);
const NAMES = Object.keys(COMMANDS);
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { scripts } = require("../package.json") as { scripts: Record<string, string> };

test.each(NAMES)("%s: npm run starts it, its source is there, --help is usage and nothing else", (name) => {
  expect(scripts[name]).toBe(`node bin/tailwart.js ${name}`);
  expect(existsSync(join(root, COMMANDS[name].program.replace(/\.js$/, ".ts")))).toBe(true);
  expect(read(name, "--help")).toEqual({ help: expect.stringContaining(`usage: npx tailwart ${name}`) });
});

const OPTIONS = NAMES.flatMap((name) => [...COMMANDS[name].flags, ...COMMANDS[name].valued].map((option) => [name, option] as const));
test.each(OPTIONS)("npm run %s %s without --: npm kept the option, and it is refused", (name, option) => {
  const environment = { npm_lifecycle_event: name, [npmName(option)]: "true" };
  expect(read(name, "", environment)).toEqual({ error: expect.stringContaining(`npm run ${name} -- ${option}`) });
  expect(read(name, "", { ...environment, npm_lifecycle_event: "npx" })).toEqual({ words: [] });
});

test.each(["synth", "secrets", "docs", "backends", "lab:images"])("%s refuses words that it does not know", (name) => {
  for (const word of ["--yes", "-x", "more"]) expect(read(name, word)).toEqual({ error: `${name}: got "${word}"; allowed: no options; take it out` });
});

test.each([
  ["deploy", "mailbox", ["--only", "mailbox"]],
  ["deploy", "mailbox edge --yes", ["--yes", "--only", "mailbox,edge"]],
  ["deploy", "yes mailbox", ["--yes", "--only", "mailbox"]],
  ["destroy", "with-data", ["--with-data"]],
  ["dns", "diff", ["--diff"]],
  ["dns", "--domain one.test json", ["--domain", "one.test", "--json"]],
  ["doctor", "banner", ["--only", "banner"]],
  ["backup", "with-secrets backups/one", ["--with-secrets", "backups/one"]],
  ["deploy", "--only=edge", ["--only=edge"]],
])("%s %s", (name, words, wanted) => expect(read(name, words)).toEqual({ words: wanted }));

/** Without what an outer npm left there. */
const plainEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

test("stacks named twice are refused", () => expect(read("deploy", "--only edge mailbox")).toEqual({ error: expect.stringContaining("mailbox") }));

test.each([
  ["run --silent dns --diff", "npm run dns -- --diff"],
  ["run --silent backup --with-secrets", "npm run backup -- --with-secrets"],
])("npm itself: npm %s ends with 1 and says how to write it", (words, hint) => {
  const { status, stderr } = spawnSync("npm", words.split(" "), { cwd: root, env: plainEnvironment, encoding: "utf8" });
  expect(stderr).toContain(hint);
  expect(status).toBe(1);
});

test("an unknown command is named, with those that there are", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "bin/tailwart.js"), "deplyo"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^tailwart: got "deplyo"; commands: synth, deploy/)]);
  expect(execFileSync(process.execPath, [join(root, "bin/tailwart.js"), "--help"], { encoding: "utf8" })).toContain("usage: npx tailwart COMMAND");
});
