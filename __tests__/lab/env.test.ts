import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labEnv, type EnvProps } from "../../lab/env";
import { projectOf } from "../../lib/site/project";

const folder = mkdtempSync(join(tmpdir(), "tailwart-lab-env-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORDS = ["STALWART_ADMIN_PASSWORD", "STALWART_DB_PASSWORD", "STALWART_S3_SECRET_KEY"].map((name) => `${name}=canary-0001-value\n`).join("");
const KEYS = ["TS_AUTHKEY", "EDGE_TS_AUTHKEY", "HEADSCALE_API_KEY", "STALWART_SMARTHOST_PASSWORD", "MAIL_TLS"] as const;
const file = (name: string): string => join(folder, name);
const props = (overrides: Partial<EnvProps> = {}): EnvProps => ({
  server: "stalwart",
  host: "unix:///run/lab.sock",
  images: { TAILSCALE_IMAGE: "tailwart-lab/tailscale:1.102.3" },
  certificate: { chain: file("MAIL_TLS"), key: file("MAIL_TLS") },
  secretFiles: Object.fromEntries(KEYS.slice(0, 4).map((name) => [name, file(name)])),
  ipv6: true,
  ...overrides,
});
function read(overrides: Partial<EnvProps> = {}) {
  for (const name of KEYS) writeFileSync(file(name), `${name}-value`);
  writeFileSync(join(folder, ".env"), `${labEnv(props(overrides))}${PASSWORDS}STALWART_S3_ACCESS_KEY=GK0123456789abcdef01234567\nGARAGE_RPC_SECRET=${"0".repeat(64)}\n`);
  return projectOf(folder, {});
}

test.each(["stalwart", "maddy"] as const)("the lab's .env is a whole deployment of %s: nothing missing, nothing of the example", (server) => {
  const { deployment } = read({ server });
  expect({ missing: deployment.missing, examples: deployment.examples }).toEqual({ missing: [], examples: [] });
  expect(deployment.mailbox.server).toBe(server);
});

test("the edge has its addresses itself, over IPv4 and IPv6, on the lab's internet", () => {
  expect(read().deployment.edges).toEqual([expect.objectContaining({ network: "sidecar", dockerNetwork: "tailwart-lab-internet", ipv4: "203.0.113.20", ipv6: "2001:db8:25::20", dockerHost: "unix:///run/lab.sock" })]);
  expect(read({ ipv6: false }).deployment.edges[0].ipv6).toBeUndefined();
});

test("both ends run on the lab's engine, with the images that were chosen", () => {
  const { mailbox } = read().deployment;
  expect(mailbox).toMatchObject({ dockerHost: "unix:///run/lab.sock", sidecarImage: "tailwart-lab/tailscale:1.102.3" });
});

test("a limit of open files is written only where the engine has one", () => {
  expect(read({ openFiles: 8192 }).deployment.edges[0].openFiles).toBe(8192);
  expect(read().deployment.edges[0].openFiles).toBe(65536);
});

test("a Redis only where it is asked for, and only with Stalwart", () => {
  const redis = (over: Partial<EnvProps>): boolean => /^EMBEDDED_REDIS=true$/m.test(labEnv(props(over)));
  expect([redis({}), redis({ redis: true }), redis({ redis: true, server: "maddy" })]).toEqual([false, true, false]);
});
