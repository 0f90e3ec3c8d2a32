import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SECRETS } from "../../lib/config/contract";
import { readVariables } from "../../lib/config/read";
import { inventSecrets } from "../../lib/invent";
import { projectOf } from "../../lib/site/project";

const SETTINGS = "MAIL_DOMAIN=settings.test\nTS_TAILNET=tail0000.ts.net\nEDGE_IPV4=192.0.2.25\n";
let project: string;
beforeEach(() => void (project = mkdtempSync(join(tmpdir(), "tailwart-settings-"))));
afterEach(() => rmSync(project, { recursive: true }));
const domain = (environment: Record<string, string> = {}): readonly string[] => projectOf(project, environment).deployment.domains;

test("the environment wins over .env, and .env over settings.env", () => {
  writeFileSync(join(project, "settings.env"), SETTINGS);
  expect(domain()).toEqual(["settings.test"]);
  writeFileSync(join(project, ".env"), "MAIL_DOMAIN=dotenv.test\n");
  expect(domain()).toEqual(["dotenv.test"]);
  expect(domain({ MAIL_DOMAIN: "environment.test" })).toEqual(["environment.test"]);
});

test.each(SECRETS)("settings.env refuses %s by name, without its value", (name) => {
  const { mistakes } = readVariables({ project, environment: {}, dotenv: undefined, settings: `${SETTINGS}${name}=hush-hush-0123\n` });
  expect(mistakes).toContainEqual(`settings.env line 4: ${name} is a secret, and this file is committed; move it to .env, and change it if it was ever pushed`);
  expect(mistakes.join("\n")).not.toContain("hush-hush-0123");
});

test("the path of a secret's file and an empty secret are no secrets", () => {
  const settings = `${SETTINGS}STALWART_DB_PASSWORD=\nTS_AUTHKEY_FILE=keys/tailnet\n`;
  expect(readVariables({ project, environment: {}, dotenv: undefined, settings }).mistakes).toEqual([]);
});

test("settings.env alone is not the example, so what is required must be there", () => {
  const { mistakes, examples } = readVariables({ project, environment: {}, dotenv: undefined, settings: "MAIL_DOMAIN=one.test\n" });
  expect(examples).toEqual([]);
  expect(mistakes).toEqual([expect.stringContaining("TS_TAILNET"), expect.stringContaining("EDGE_IPV4")]);
});

test("unknown names are named with their file", () => {
  const { mistakes } = readVariables({ project, environment: {}, dotenv: "", settings: `${SETTINGS}MAIL_DOMIAN=x\n` });
  expect(mistakes).toEqual([expect.stringMatching(/^settings\.env line 4: MAIL_DOMIAN .*MAIL_DOMAIN/)]);
});

test("npm run secrets beside settings.env alone writes a .env that only its owner reads", () => {
  writeFileSync(join(project, "settings.env"), SETTINGS);
  expect(inventSecrets(project, {})).toContain("STALWART_ADMIN_PASSWORD");
  expect(statSync(join(project, ".env")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(project, "settings.env"), "utf8")).toBe(SETTINGS);
  expect(inventSecrets(project, {})).toEqual([]);
});
