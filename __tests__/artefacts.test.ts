import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { review } from "../lib/artefacts";
import { makeWire } from "../lib/wire";
import { LARGE, deployment } from "./deployment";

const SECRETS = {
  TS_AUTHKEY: "canary-authkey",
  STALWART_ADMIN_PASSWORD: "canary-admin",
  STALWART_DB_PASSWORD: "canary-database",
  STALWART_REDIS_PASSWORD: "canary-redis",
  STALWART_S3_ACCESS_KEY: "canary-s3-key",
  STALWART_S3_SECRET_KEY: "canary-s3-secret",
  STALWART_SMARTHOST_PASSWORD: "canary-relay",
  STALWART_ACME_KEY: "canary-acme-key",
  STALWART_ACME_TOKEN: "canary-acme-token",
};

/** path -> content of all that a review wrote. */
function written(overrides: Readonly<Record<string, string>>): { text: string; files: Record<string, string> } {
  const outdir = mkdtempSync(join(tmpdir(), "tailwart-out-"));
  const one = deployment(overrides);
  const text = review(outdir, { deployment: one, wire: makeWire(one), stacks: ["images", "tailnet", "mailbox", "edge"], folder: "cdktf.out/review" });
  const root = join(outdir, "review");
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(root, path)).isFile());
  return { text, files: Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")])) };
}

test("every artefact is there, and the table is what synth prints", () => {
  const { text, files } = written(LARGE);
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(["README.txt", "admin-vhost.caddyfile", "caddy.json", "dns.txt", "stalwart/config.json", "summary.txt", "tailnet-policy.hujson"]),
  );
  expect(files["summary.txt"]).toBe(text);
  expect(JSON.parse(files["caddy.json"])).toHaveProperty("apps.layer4.servers.smtp");
});

test("maddy's configuration is there instead of Stalwart's", () => {
  const { files } = written({ MAIL_SERVER: "maddy" });
  expect(Object.keys(files)).toContain("maddy/maddy.conf");
  expect(Object.keys(files).filter((path) => path.startsWith("stalwart"))).toEqual([]);
});

test("the same deployment gives the same bytes", () => expect(written(LARGE).files).toEqual(written(LARGE).files));

test("no secret's value is in any file", () => {
  for (const content of Object.values(written({ ...LARGE, ...SECRETS }).files)) expect(content).not.toContain("canary");
});
