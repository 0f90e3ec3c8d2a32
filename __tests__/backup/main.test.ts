import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultFolder, readWords } from "../../lib/backup/main";
import { backup } from "../../lib/backup/backup";
import { findSystem } from "../../lib/backup/system";
import { LARGE } from "../deployment";
import { mistakesOf } from "../mistakes";

const project = mkdtempSync(join(tmpdir(), "tailwart-backup-"));
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("a folder and a flag, in any order", () => {
  expect(readWords("backup", ["--with-secrets", "there"])).toEqual({ folder: "there", flag: true });
  expect(readWords("backup", [])).toEqual({ folder: undefined, flag: false });
});

test.each([
  ["backup", ["--replace"], /got "--replace"; allowed: a folder and --with-secrets/],
  ["backup", ["a", "b"], /got 2 folders/],
  ["restore", ["--replace"], /got no folder/],
] as const)("refuses %s %j", (command, words, reason) => expect(mistakesOf(() => readWords(command, words)).join()).toMatch(reason));

test("the folder's name is the time", () => expect(defaultFolder(new Date("2030-01-02T03:04:05.678Z"))).toBe("backups/2030-01-02T03-04-05Z"));

test("refuses to write over a folder, before it looks at anything else", () =>
  expect(backup(project, {}, { folder: ".", withSecrets: false }, () => undefined)).rejects.toThrow(/it is there already/));

test("refuses external backends", () => expect(findSystem(project, LARGE)).rejects.toThrow(/BACKENDS: got external/));

const MADDY = { MAIL_DOMAIN: "one.test", TS_TAILNET: "tail0000.ts.net", EDGE_IPV4: "192.0.2.25", MAIL_SERVER: "maddy", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" };
test("maddy is taken as far as the engine", () =>
  expect(findSystem(project, { ...MADDY, MAILBOX_DOCKER_HOST: "unix:///nowhere/docker.sock" })).rejects.toThrow(/MAILBOX_DOCKER_HOST: unix:\/\/\/nowhere\/docker.sock does not answer/));
