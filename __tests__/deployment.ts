import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, type Deployment } from "../lib/config";
import { makeWire, type Wire } from "../lib/wire";

/** What a small real `.env` says; `undefined` in an override takes a variable out. */
const BASE: Record<string, string | undefined> = {
  MAIL_DOMAIN: "one.test",
  TS_TAILNET: "tail0000.ts.net",
  EDGE_IPV4: "192.0.2.25",
};

const projects: string[] = [];
afterAll(() => projects.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A deployment read through the real contract, as from the process environment. Secrets given here land in a temporary folder of the test. */
export function deployment(overrides: Readonly<Record<string, string | undefined>> = {}): Deployment {
  if (projects.length === 0) projects.push(mkdtempSync(join(tmpdir(), "tailwart-test-")));
  const [project] = projects;
  return readConfig({ project, environment: { ...BASE, ...overrides }, dotenv: "" });
}

export const wireOf = (overrides: Readonly<Record<string, string | undefined>> = {}): Wire => makeWire(deployment(overrides));

/** Settings of the larger kind: two domains, external backends, smarthost, two edges, HTTPS with PROXY. */
export const LARGE: Readonly<Record<string, string>> = {
  MAIL_DOMAIN: "one.test,two.test",
  EDGE_MAGIC_NAME: "fra,nyc",
  EDGE_IPV4: "fra=192.0.2.25,nyc=198.51.100.25",
  EDGE_IPV6: "fra=2001:db8::25",
  EDGE_DOCKER_HOST: "fra=ssh://root@fra.test,nyc=ssh://root@nyc.test",
  PUBLIC_LINES: "smtp,submissions,submission,imaps,sieve",
  TAILNET_LINES: "imap",
  WEB_NAMES: "mta-sts,autoconfig,autodiscover,ua-auto-config,mail",
  WEB_PROXY_PROTOCOL: "true",
  EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true",
  ADMIN_VHOST: "stalwart.one.test",
  BACKENDS: "external",
  STALWART_DB_HOST: "postgres",
  STALWART_REDIS_HOST: "redis",
  STALWART_S3_ENDPOINT: "http://garage",
  STALWART_SMARTHOST: "smtp.relay.test",
  STALWART_SMARTHOST_USER: "relay-user",
  STALWART_ACME_PROVIDER: "spaceship",
  TAILNET_TEST_USER: "alice@one.test",
};
