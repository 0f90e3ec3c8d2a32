import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { readConfig } from "../lib/config";
import { CONTRACT, SECRETS, VARIABLES } from "../lib/config/contract";
import { MistakesError } from "../lib/errors";
import { makeWire } from "../lib/wire";
import { LARGE, deployment } from "./deployment";

describe("what follows from little", () => {
  const small = deployment({ TS_TAILNET: "tail0000" });

  test("names", () => {
    expect(small).toMatchObject({ domains: ["one.test"], hostname: "mail.one.test", tailnet: { name: "tail0000.ts.net", mailboxName: "stalwart" } });
    expect(deployment({ MAIL_HOSTNAME: "Mx.Two.test" }).hostname).toBe("mx.two.test");
  });

  test("tags and people", () => {
    expect(small.tailnet).toMatchObject({
      tags: { mailbox: "tag:stalwart", edge: "tag:reverse-proxy", postgres: "tag:backend", redis: "tag:backend", s3: "tag:backend" },
      users: ["autogroup:member"],
      admins: ["autogroup:admin"],
    });
    const { tailnet } = deployment({ BACKENDS: "external", STALWART_DB_HOST: "pg", BACKENDS_TAG: "redis=tag:cache", TS_LOGIN_SERVER: "https://hs.test", TS_TAILNET: "net.test" });
    expect(tailnet).toMatchObject({ headscale: "https://hs.test", tags: { postgres: "tag:backend", redis: "tag:cache", s3: "tag:backend" }, admins: [] });
  });

  test("the edge", () => {
    expect(small.edges).toEqual([{ name: "edge", ipv4: "192.0.2.25", ipv6: undefined, dockerHost: "unix:///var/run/docker.sock", network: "host", openFiles: 65536 }]);
    expect(small.web).toEqual({ names: ["mta-sts", "autoconfig", "autodiscover"], proxyProtocol: false, fallback: { host: "127.0.0.1", port: 8443, proxyProtocol: false } });
    expect(deployment({ MAIL_SERVER: "maddy" }).web).toBeUndefined();
    expect(deployment(LARGE).edges.map(({ name, ipv4, ipv6, dockerHost }) => [name, ipv4, ipv6, dockerHost])).toEqual([
      ["fra", "192.0.2.25", "2001:db8::25", "ssh://root@fra.test"],
      ["nyc", "198.51.100.25", undefined, "ssh://root@nyc.test"],
    ]);
    expect(deployment({ ADMIN_VHOST: "Admin.one.test", EDGE_WEB: "mail-only" }).adminVhost).toBe("admin.one.test");
  });

  test("the program of the edge", () => {
    expect(small.caddy.download).toBe("https://caddyserver.com/api/download?os=linux&arch=amd64&p=github.com%2Fmholt%2Fcaddy-l4@v0.1.2");
    expect(deployment({ CADDY_ARCH: "arm64", CADDY_L4_VERSION: "v0.1.3", CADDY_PLUGINS: "github.com/caddy-dns/cloudflare@v0.2.1" }).caddy.download).toBe(
      "https://caddyserver.com/api/download?os=linux&arch=arm64&p=github.com%2Fmholt%2Fcaddy-l4@v0.1.3&p=github.com%2Fcaddy-dns%2Fcloudflare@v0.2.1",
    );
    expect(deployment({ CADDY_DOWNLOAD: "https://one.test/caddy" }).caddy.download).toBe("https://one.test/caddy");
  });

  test.each([
    ["smtp.relay.test", { host: "smtp.relay.test", port: 587, tls: "starttls" }],
    ["smtp.relay.test:465", { host: "smtp.relay.test", port: 465, tls: "implicit" }],
    ["mail.relay.test:8465", { host: "mail.relay.test", port: 8465, tls: "implicit" }],
    ["mail.relay.test:2465", { host: "mail.relay.test", port: 2465, tls: "implicit" }],
    ["203.0.113.9:2525", { host: "203.0.113.9", port: 2525, tls: "starttls" }],
    ["Direct", undefined],
    [undefined, undefined],
  ])("the smarthost %s", (text, smarthost) => {
    expect(deployment({ STALWART_SMARTHOST: text }).mailbox.smarthost).toEqual(smarthost);
  });

  test.each([
    [{}, { kind: "none" }],
    [{ STALWART_ACME_PROVIDER: "spaceship" }, { kind: "acme", challenge: "dns-01", directory: "https://acme-v02.api.letsencrypt.org/directory" }],
    [{ STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail", STALWART_ACME_DIRECTORY: "https://ca.test/dir" }, { kind: "acme", challenge: "tls-alpn-01", directory: "https://ca.test/dir" }],
    [{ MAIL_SERVER: "maddy", STALWART_ACME_PROVIDER: "none" }, { kind: "none" }],
  ])("certificates of %j", (overrides, certificates) => {
    expect(deployment(overrides).mailbox.certificates).toEqual(certificates);
  });

  test("embedded backends", () => {
    expect(deployment({ STALWART_DB_PORT: "5433" }).backends).toMatchObject({
      kind: "embedded",
      postgres: { host: "127.0.0.1", port: 5433, database: "stalwart", user: "stalwart" },
      s3: { tls: false, host: "127.0.0.1", port: 3900, region: "garage", bucket: "stalwart-mail" },
    });
    expect(deployment({ MAIL_SERVER: "maddy" }).backends.s3).toBeUndefined();
  });

  test("external backends: short names are completed, whole ones stay", () => {
    const { backends } = deployment({ BACKENDS: "external", STALWART_DB_HOST: "pg.tail0000.ts.net", STALWART_REDIS_HOST: "Redis", STALWART_REDIS_DB: "3" });
    expect(backends).toMatchObject({
      kind: "external",
      postgres: { host: "pg.tail0000.ts.net", port: 5432 },
      redis: { host: "redis.tail0000.ts.net", port: 6379, database: 3 },
    });
    expect(backends.s3).toBeUndefined();
  });

  test.each([
    ["http://garage", { tls: false, host: "garage.tail0000.ts.net", port: 3900 }],
    ["http://garage:80", { tls: false, host: "garage.tail0000.ts.net", port: 80 }],
    ["https://garage", { tls: true, host: "garage.tail0000.ts.net", port: 443 }],
    ["https://garage:3900", { tls: true, host: "garage.tail0000.ts.net", port: 3900 }],
  ])("the S3 endpoint %s", (text, s3) => {
    expect(deployment({ BACKENDS: "external", STALWART_DB_HOST: "pg", STALWART_S3_ENDPOINT: text }).backends.s3).toMatchObject(s3);
  });

  test.each([
    [{}, { kind: "local" }],
    [{ STATE_BACKEND: "pg", STATE_PG_SCHEMA: "mail" }, { kind: "pg", schema: "mail" }],
    [{ STATE_BACKEND: "s3", STATE_S3_BUCKET: "tf-state" }, { kind: "s3", bucket: "tf-state", region: "us-east-1", endpoint: undefined }],
  ])("the state of %j", (overrides, state) => {
    expect(deployment(overrides).state).toEqual(state);
  });
});

describe("random garbage", () => {
  let project: string;
  beforeAll(() => void (project = mkdtempSync(join(tmpdir(), "tailwart-garbage-"))));
  afterAll(() => rmSync(project, { recursive: true }));

  /** Stands for a secret: it must not come out again, wherever in a secret's line it was. */
  const CANARY = "c4n4ryc4n4ry";
  const noise = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ maxLength: 12 }), fc.constantFrom("", "'", '"', "`", "#", "\\", "${x}", "%{x}", "\u2028", "\uFEFF", "-", ".", "0"));
  const likely = [
    ...VARIABLES.flatMap((name) => [CONTRACT[name].default, CONTRACT[name].example]).filter((text) => text !== undefined),
    "direct", "external", "maddy", "mail-only", "smtp", "imap,sieve", "a=192.0.2.1,b=192.0.2.2", "a,b", "constructor", "constructor=192.0.2.1", "__proto__=tag:x",
    "tag:x", "100.64.0.1", "::1", "25", "0", "true", "ssh://a@b", "http://[::1]:3900", "mail.one.test", "one.test", "pg", "stalwart", "/", ".", "nowhere", "1e3", "x".repeat(5000),
  ];
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...VARIABLES.filter((one) => !CONTRACT[one].secret)) },
    { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "FOO", "PG_CONN_STR", "mail_domain", "MAIL_DOMAIN_FILE") },
    { weight: 1, arbitrary: noise },
  );
  const value = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...likely) }, { weight: 2, arbitrary: noise }, { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...likely), noise).map((parts) => parts.join("")) });
  const equals = fc.constantFrom("=", "=", "=", " = ", "", ": ", "==");
  const setting = fc.tuple(fc.constantFrom("", "", "", "export ", " ", "#"), name, equals, value).map((parts) => parts.join(""));
  const secretName = fc.constantFrom(...SECRETS, ...SECRETS.map((one) => `${one}_FILE`));
  const secret = fc.tuple(secretName, equals, noise, fc.constant(CANARY), noise).map((parts) => parts.join(""));
  const stray = fc.tuple(noise.map((text) => text.replace(/=/g, "")), fc.constantFrom(CANARY, `${CANARY}=`, `${CANARY}==`, `x ${CANARY}`)).map((parts) => parts.join(""));
  const line = fc.oneof({ weight: 6, arbitrary: setting }, { weight: 2, arbitrary: secret }, { weight: 1, arbitrary: stray }, { weight: 1, arbitrary: noise });
  const valid = "MAIL_DOMAIN=one.test\nTS_TAILNET=tail0000\nEDGE_IPV4=192.0.2.25";
  const text = fc
    .tuple(fc.constantFrom("", "\uFEFF"), fc.constantFrom("", valid, valid), fc.array(line, { maxLength: 6 }), fc.constantFrom("\n", "\r\n", "\r"))
    .map(([mark, start, lines, end]) => mark + [start, ...lines].join(end));

  test("gives a deployment or one-line mistakes, never another error, and no secret comes out", () => {
    const counts = { good: 0, bad: 0 };
    fc.assert(
      fc.property(text, fc.dictionary(fc.constantFrom<string>(...VARIABLES), value, { maxKeys: 1 }), (dotenv, environment) => {
        let lines: readonly string[];
        try {
          const read = readConfig({ project, environment, dotenv });
          makeWire(read);
          lines = [...read.warnings, ...read.missing, ...read.examples];
          counts.good += 1;
        } catch (error) {
          if (!(error instanceof MistakesError)) throw error;
          lines = error.mistakes;
          counts.bad += 1;
          if (lines.length === 0) throw new Error("refused without a word");
        }
        for (const one of lines) {
          if (!/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(one)) throw new Error(`not one line that can be seen: ${JSON.stringify(one)}`);
          if (one.includes(CANARY)) throw new Error(`shows a secret: ${one}`);
        }
      }),
      { numRuns: 10_000 },
    );
    // Both ways are taken, or the test would prove little.
    expect(counts.good).toBeGreaterThan(200);
    expect(counts.bad).toBeGreaterThan(2000);
  });
});
