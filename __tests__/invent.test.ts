import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../lib/config";
import { inventSecrets, withValue } from "../lib/invent";

const ENV = "MAIL_DOMAIN=one.test\nTS_TAILNET=tail0000.ts.net\nEDGE_IPV4=192.0.2.25\n";

function project(dotenv?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-test-"));
  if (dotenv !== undefined) writeFileSync(join(folder, ".env"), dotenv, { mode: 0o600 });
  return folder;
}

describe("npm run secrets", () => {
  test("invents what the operator may choose, and leaves the tailnet's key to the operator", () => {
    const folder = project(ENV);
    expect(inventSecrets(folder, {})).toEqual(["STALWART_ADMIN_PASSWORD", "STALWART_DB_PASSWORD", "STALWART_S3_ACCESS_KEY", "STALWART_S3_SECRET_KEY", "GARAGE_RPC_SECRET"]);
    const dotenv = readFileSync(join(folder, ".env"), "utf8");
    expect(dotenv.startsWith(ENV)).toBe(true);
    expect(readConfig({ project: folder, environment: {}, dotenv }).missing).toEqual([expect.stringContaining("TS_AUTHKEY")]);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  });

  test("a Redis' password is ours to invent beside the mail server, and somebody else's elsewhere", () => {
    const embedded = `${ENV}EMBEDDED_REDIS=true\n`;
    expect(inventSecrets(project(embedded), {})).toContain("STALWART_REDIS_PASSWORD");
    const external = `${ENV}BACKENDS=external\nSTALWART_DB_HOST=postgres\nSTALWART_REDIS_HOST=redis\n`;
    expect(inventSecrets(project(external), {})).toEqual(["STALWART_ADMIN_PASSWORD", "STALWART_DB_PASSWORD"]);
  });

  test("a second run changes nothing", () => {
    const folder = project(ENV);
    inventSecrets(folder, {});
    const before = readFileSync(join(folder, ".env"), "utf8");
    expect(inventSecrets(folder, {})).toEqual([]);
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe(before);
  });

  test("a value that is there is never replaced", () => {
    const folder = project(`${ENV}STALWART_DB_PASSWORD=kept as it is\n`);
    inventSecrets(folder, {});
    expect(readFileSync(join(folder, ".env"), "utf8")).toContain("STALWART_DB_PASSWORD=kept as it is\n");
  });

  test("a secret whose file is named but not there yet is left to the operator", () => {
    const folder = project(`${ENV}STALWART_DB_PASSWORD_FILE=later\n`);
    expect(inventSecrets(folder, {})).not.toContain("STALWART_DB_PASSWORD");
    expect(() => readConfig({ project: folder, environment: {}, dotenv: readFileSync(join(folder, ".env"), "utf8") })).not.toThrow();
  });

  test.each([
    ["A=1\n#B=\nC=3\n", "A=1\nB=x\nC=3\n"],
    ["A=1\nB=\nC=3\n", "A=1\nB=x\nC=3\n"],
    ["A=1", "A=1\nB=x\n"],
    ["# B= is explained here\n", "# B= is explained here\nB=x\n"],
  ])("writes into %j in the right place", (before, after) => expect(withValue(before, "B", "x")).toBe(after));

  test("fails with one line where there is no .env", () => {
    expect(() => inventSecrets(project(), {})).toThrow(".env is not there; cp .env.example .env, edit it, then try again");
  });
});
