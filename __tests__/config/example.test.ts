import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, type Deployment } from "../../lib/config";
import { CONTRACT, SECRETS, VARIABLES, type VariableName } from "../../lib/config/contract";
import { envExample, variablesTable } from "../../lib/config/example";
import { inventSecret } from "../../lib/config/generate";

let project: string;
beforeAll(() => void (project = mkdtempSync(join(tmpdir(), "tailwart-example-"))));
afterAll(() => rmSync(project, { recursive: true }));
const read = (dotenv: string): Deployment => readConfig({ project, environment: {}, dotenv });

/** The file with some lines switched on, as a person does it. */
const switchOn = (...names: string[]): string =>
  names.reduce((text, name) => {
    const line = new RegExp(`^#(${name}=.*)$`, "m");
    expect(text).toMatch(line);
    return text.replace(line, "$1");
  }, envExample());

test("as it is, .env.example has no mistake and only examples for what is required", () => {
  const deployment = read(envExample());
  expect(deployment.examples).toEqual(["MAIL_DOMAIN=example.org", "TS_TAILNET=tail1a2b3c.ts.net", "EDGE_IPV4=203.0.113.10"]);
  expect({ ...deployment, secrets: {} }).toEqual({ ...readConfig({ project, environment: {}, dotenv: undefined }), secrets: {} });
});

test("shows each variable once: required ones on, all others off", () => {
  const lines = envExample().split("\n").filter((line) => /^#?[A-Z][A-Z0-9_]*=/.test(line));
  expect(lines.map((line) => line.replace(/^#|=.*/g, ""))).toEqual(VARIABLES);
  for (const line of lines) expect(line.startsWith("#")).toBe(!CONTRACT[line.replace(/^#|=.*/g, "") as VariableName].required);
});

test("is plain text of at most 100 columns, apart from values", () => {
  for (const line of envExample().split("\n")) if (line.startsWith("# ")) expect(line.length).toBeLessThanOrEqual(100);
});

test("a default that is switched on changes nothing but the warnings", () => {
  const before = read(envExample());
  for (const name of VARIABLES.filter((one) => CONTRACT[one].default !== undefined))
    expect({ ...read(switchOn(name)), warnings: [] }).toEqual({ ...before, warnings: [] });
});

/** What an example needs beside it to make sense. */
const COMPANIONS: Partial<Record<VariableName, readonly [from: RegExp, to: string][]>> = {
  STALWART_DB_HOST: [[/^#BACKENDS=.*$/m, "BACKENDS=external"]],
  STALWART_REDIS_HOST: [[/^#BACKENDS=.*$/m, "BACKENDS=external\nSTALWART_DB_HOST=postgres"]],
  STALWART_S3_ENDPOINT: [[/^#BACKENDS=.*$/m, "BACKENDS=external\nSTALWART_DB_HOST=postgres"]],
  STALWART_SMARTHOST_USER: [[/^#(STALWART_SMARTHOST=.*)$/m, "$1"]],
  MAIL_TLS_CERT_FILE: [[/^#(MAIL_TLS_KEY_FILE=.*)$/m, "$1"]],
  MAIL_TLS_KEY_FILE: [[/^#(MAIL_TLS_CERT_FILE=.*)$/m, "$1"]],
  ADMIN_VHOST: [[/^#EDGE_WEB_FALLBACK_PROXY_PROTOCOL=.*$/m, "EDGE_WEB_FALLBACK_PROXY_PROTOCOL=true"]],
};

test.each(VARIABLES.filter((name) => !CONTRACT[name].required && !CONTRACT[name].secret))("#%s may be switched on", (name) => {
  const text = (COMPANIONS[name] ?? []).reduce((all, [from, to]) => {
    expect(all).toMatch(from);
    return all.replace(from, to);
  }, switchOn(name));
  expect(() => read(text)).not.toThrow();
});

test.each(SECRETS)("#%s says how to make a good value, when it may be invented", (name) => {
  const entry = envExample().split("\n\n").find((block) => block.includes(`#${name}=`)) ?? "";
  expect(entry).toMatch(new RegExp(`^#${name}=$`, "m"));
  expect(/^# Make one: (openssl rand|echo GK\$\(openssl rand)/m.test(entry)).toBe(inventSecret(name) !== undefined);
});

test("the table has a row for each variable, and four cells in each", () => {
  const rows = variablesTable().split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.map((row) => /`([A-Z0-9_]+)`/.exec(row)?.[1])).toEqual(VARIABLES);
  for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
});

test("the table says what is required, secret and default", () => {
  expect(variablesTable()).toMatch(/\| `MAIL_DOMAIN` .*\| \*\*required\*\*, like `example\.org` \|/);
  expect(variablesTable()).toMatch(/\| `TS_AUTHKEY` .*\| secret \|/);
  expect(variablesTable()).toMatch(/\| `MAIL_SERVER` .*\| `stalwart` \|/);
  expect(variablesTable()).toMatch(/\| `MAIL_HOSTNAME` .*\| mail\. \+ the first of MAIL_DOMAIN \|/);
});

test("no example file holds a secret's value", () => {
  const committed = readFileSync(join(__dirname, "../../.env.example"), "utf8");
  for (const name of SECRETS) expect(committed).toMatch(new RegExp(`^#${name}=$`, "m"));
});
