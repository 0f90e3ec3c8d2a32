import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, type Deployment } from "../../lib/config";
import { mistakesOf } from "../mistakes";

const BASE = { MAIL_DOMAIN: "one.test", TS_TAILNET: "tail0000", EDGE_IPV4: "192.0.2.25" };
const PASSWORD = "hunter2hunter2";
let project: string;
beforeEach(() => void (project = mkdtempSync(join(tmpdir(), "tailwart-secrets-"))));
afterEach(() => rmSync(project, { recursive: true }));

const read = (environment: Readonly<Record<string, string>>): Deployment => readConfig({ project, environment: { ...BASE, ...environment }, dotenv: "" });
const inFolder = (name: string): string => join(project, ".secrets", name);
const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a value lies in .secrets, for its owner only, and is nowhere else in the deployment", () => {
  const umask = process.umask(0);
  try {
    const deployment = read({ STALWART_DB_PASSWORD: PASSWORD });
    expect(deployment.secrets.STALWART_DB_PASSWORD).toEqual({
      name: "STALWART_DB_PASSWORD",
      source: "../../../.secrets/stalwart_db_password",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      given: true,
    });
    expect(readFileSync(inFolder("stalwart_db_password"), "utf8")).toBe(PASSWORD);
    expect([".", "stalwart_db_password", "hash.key"].map((name) => modeOf(inFolder(name)))).toEqual([0o700, 0o600, 0o600]);
    expect(JSON.stringify(deployment)).not.toContain(PASSWORD);
  } finally {
    process.umask(umask);
  }
});

test("modes that are too wide are narrowed", () => {
  read({ STALWART_DB_PASSWORD: PASSWORD });
  for (const name of [".", "stalwart_db_password", "hash.key"]) chmodSync(inFolder(name), 0o777);
  read({ STALWART_DB_PASSWORD: PASSWORD });
  expect([".", "stalwart_db_password", "hash.key"].map((name) => modeOf(inFolder(name)))).toEqual([0o700, 0o600, 0o600]);
});

test("a file is referred to where it is, and not copied", () => {
  writeFileSync(join(project, "db"), `${PASSWORD}\n`);
  const byPath = read({ STALWART_DB_PASSWORD_FILE: "db" }).secrets.STALWART_DB_PASSWORD;
  expect(byPath).toMatchObject({ source: "../../../db", given: true });
  expect(read({ STALWART_DB_PASSWORD_FILE: join(project, "db") }).secrets.STALWART_DB_PASSWORD).toEqual({ ...byPath, source: join(project, "db") });
  expect(readdirSync(join(project, ".secrets"))).toEqual(["hash.key"]);
});

test("the hash follows the value, and its key stays the same", () => {
  const hash = (value: string) => read({ STALWART_DB_PASSWORD: value }).secrets.STALWART_DB_PASSWORD?.hash;
  const first = hash(PASSWORD);
  expect(hash(`${PASSWORD}3`)).not.toBe(first);
  expect(hash(PASSWORD)).toBe(first);
  writeFileSync(inFolder("hash.key"), "");
  expect(hash(PASSWORD)).not.toBe(first);
  expect(readFileSync(inFolder("hash.key"), "utf8")).toMatch(/^[0-9a-f]{64}$/);
});

test("the same value hashes differently elsewhere: a hash in the state tells nobody which value it was", () => {
  const here = read({ STALWART_DB_PASSWORD: PASSWORD }).secrets.STALWART_DB_PASSWORD;
  rmSync(join(project, ".secrets"), { recursive: true });
  expect(read({ STALWART_DB_PASSWORD: PASSWORD }).secrets.STALWART_DB_PASSWORD?.hash).not.toBe(here?.hash);
});

test("what is not given has a place and no value; what is not needed has neither", () => {
  const { secrets } = read({ STALWART_REDIS_PASSWORD: PASSWORD });
  expect(secrets.STALWART_DB_PASSWORD).toEqual({ name: "STALWART_DB_PASSWORD", source: "../../../.secrets/stalwart_db_password", hash: "missing", given: false });
  expect(secrets.STALWART_REDIS_PASSWORD).toBeUndefined();
  expect(existsSync(join(project, ".secrets"))).toBe(false);
});

test("a path that is no file yet does not reach Terraform: it may be a pasted key", () => {
  expect(JSON.stringify(read({ TS_AUTHKEY_FILE: "tskey-auth-k1" }))).not.toContain("tskey-auth-k1");
});

test("certificate files are hashed too, also when they are not there yet", () => {
  writeFileSync(join(project, "chain.pem"), "chain");
  const { certificates } = read({ MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" }).mailbox;
  expect(certificates).toEqual({
    kind: "files",
    chain: { source: "../../../chain.pem", hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    key: { source: "../../../key.pem", hash: "missing" },
  });
});

describe("a configuration with mistakes", () => {
  test.each<[what: string, more: Readonly<Record<string, string>>]>([
    ["of one variable", { MAIL_SERVER: "postfix" }],
    ["between variables", { MAILBOX_TAG: "tag:reverse-proxy" }],
    ["of another secret", { GARAGE_RPC_SECRET: "short" }],
  ])("%s leaves nothing on disk", (_what, more) => {
    writeFileSync(join(project, "chain.pem"), "chain");
    const all = { STALWART_DB_PASSWORD: PASSWORD, MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "chain.pem", ...more };
    expect(mistakesOf(() => read(all)).join()).not.toContain(PASSWORD);
    expect(readdirSync(project)).toEqual(["chain.pem"]);
  });
});

describe("a disk that refuses", () => {
  test("fails with one line when .secrets is a file", () => {
    writeFileSync(join(project, ".secrets"), "");
    expect(mistakesOf(() => read({ STALWART_DB_PASSWORD: PASSWORD }))).toEqual([".secrets: it cannot be used (EEXIST); look at its owner and mode, and at the free space of the disk"]);
  });

  test("fails with one line when a secret's place is taken by a folder", () => {
    mkdirSync(join(project, ".secrets", "stalwart_db_password"), { recursive: true });
    expect(mistakesOf(() => read({ STALWART_DB_PASSWORD: PASSWORD }))).toEqual([".secrets: it cannot be written (EISDIR); look at its owner and mode, and at the free space of the disk"]);
  });
});
