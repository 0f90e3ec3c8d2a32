import * as fc from "fast-check";
import { caddyConfig } from "../lib/edge/caddy";
import { checkCaddy } from "../lib/edge/rules";
import { MAIL_LINES, PRIVATE_PORTS, SERVICES, checkWire, makeWire, webHosts, type Wire } from "../lib/wire";
import { validOverrides } from "./config/valid";
import { LARGE, deployment, wireOf } from "./deployment";
import { mistakesOf } from "./mistakes";

/** A wire as a table of texts, one row for each line. */
const table = ({ lines, routes, listeners, grants, dials }: Wire): string[] =>
  lines.map(({ name, reach, clientAddress, tls }) => {
    const of = <T extends { readonly line: string }>(ends: readonly T[], text: (end: T) => string): string => ends.filter((end) => end.line === name).map(text).join(" and ") || "-";
    return [
      `${name} ${reach} ${clientAddress} ${tls}`,
      of(routes, ({ port, dial, proxy }) => `:${port} to ${dial} with ${proxy}`),
      of(listeners, ({ port, proxy, protocol }) => `${protocol} on ${port} with ${proxy}`),
      of(grants, ({ src, dst, port }) => `${src.join("+")} to ${dst}:${port}`),
      of(dials, ({ host, port }) => `${host}:${port}`),
    ].join(" | ");
  });

test("the small deployment", () => {
  expect(table(wireOf())).toEqual([
    "smtp public proxy-v2 starttls | :25 to stalwart.tail0000.ts.net:25 with v2 | smtp on 25 with v2 | tag:reverse-proxy to tag:stalwart:25 | -",
    "submissions public proxy-v2 implicit | :465 to stalwart.tail0000.ts.net:465 with v2 | smtp on 465 with v2 | tag:reverse-proxy to tag:stalwart:465 | -",
    "submission public proxy-v2 starttls | :587 to stalwart.tail0000.ts.net:587 with v2 | smtp on 587 with v2 | tag:reverse-proxy to tag:stalwart:587 | -",
    "imap public proxy-v2 starttls | :143 to stalwart.tail0000.ts.net:143 with v2 | imap on 143 with v2 | tag:reverse-proxy to tag:stalwart:143 | -",
    "imaps public proxy-v2 implicit | :993 to stalwart.tail0000.ts.net:993 with v2 | imap on 993 with v2 | tag:reverse-proxy to tag:stalwart:993 | -",
    "web public none implicit | :443 to stalwart.tail0000.ts.net:443 with none | http on 443 with none | tag:reverse-proxy to tag:stalwart:443 | -",
    "admin tailnet none none | - | http on 8080 with none | autogroup:admin to tag:stalwart:8080 | -",
    "postgres loopback none none | - | - | - | 127.0.0.1:5432",
    "s3 loopback none none | - | - | - | 127.0.0.1:3900",
  ]);
});

test("the larger deployment", () => {
  const wire = wireOf(LARGE);
  expect(table(wire)).toEqual([
    "smtp public proxy-v2 starttls | :25 to stalwart.tail0000.ts.net:25 with v2 | smtp on 25 with v2 | tag:reverse-proxy to tag:stalwart:25 | -",
    "submissions public proxy-v2 implicit | :465 to stalwart.tail0000.ts.net:465 with v2 | smtp on 465 with v2 | tag:reverse-proxy to tag:stalwart:465 | -",
    "submission public proxy-v2 starttls | :587 to stalwart.tail0000.ts.net:587 with v2 | smtp on 587 with v2 | tag:reverse-proxy to tag:stalwart:587 | -",
    "imap tailnet none starttls | - | imap on 143 with none | autogroup:member to tag:stalwart:143 | -",
    "imaps public proxy-v2 implicit | :993 to stalwart.tail0000.ts.net:993 with v2 | imap on 993 with v2 | tag:reverse-proxy to tag:stalwart:993 | -",
    "sieve public proxy-v2 starttls | :4190 to stalwart.tail0000.ts.net:4190 with v2 | manageSieve on 4190 with v2 | tag:reverse-proxy to tag:stalwart:4190 | -",
    "web public proxy-v2 implicit | :443 to stalwart.tail0000.ts.net:443 with v2 | http on 443 with v2 | tag:reverse-proxy to tag:stalwart:443 | -",
    "admin tailnet none none | - | http on 8080 with none | tag:reverse-proxy to tag:stalwart:8080 and autogroup:admin to tag:stalwart:8080 | -",
    "postgres tailnet none none | - | - | tag:stalwart to tag:backend:5432 | postgres.tail0000.ts.net:5432",
    "redis tailnet none none | - | - | tag:stalwart to tag:backend:6379 | redis.tail0000.ts.net:6379",
    "s3 tailnet none none | - | - | tag:stalwart to tag:backend:3900 | garage.tail0000.ts.net:3900",
  ]);
  expect(wire.edges.map(({ host, ipv4, ipv6, tag }) => [host, ipv4, ipv6, tag])).toEqual([
    ["fra.tail0000.ts.net", "192.0.2.25", "2001:db8::25", "tag:reverse-proxy"],
    ["nyc.tail0000.ts.net", "198.51.100.25", undefined, "tag:reverse-proxy"],
  ]);
  expect(wire.fallback).toEqual({ dial: "127.0.0.1:8443", host: "127.0.0.1", port: 8443, proxy: "v2" });
});

test("maddy has no web, no administration, no S3", () => {
  const wire = wireOf({ MAIL_SERVER: "maddy" });
  expect(wire.lines.map(({ name }) => name)).toEqual(["smtp", "submissions", "submission", "imap", "imaps", "postgres"]);
  expect(wire.fallback).toBeUndefined();
});

test("a mail-only edge leaves HTTPS alone, and people still reach the administration", () => {
  const wire = wireOf({ EDGE_WEB: "mail-only" });
  expect(wire.routes.map(({ port }) => port)).toEqual([25, 465, 587, 143, 993]);
  expect(wire.lines.map(({ name }) => name)).toContain("admin");
});

test("with Headscale and no admins nobody is granted the administration", () => {
  const wire = wireOf({ TS_LOGIN_SERVER: "https://hs.test", TS_TAILNET: "net.test" });
  expect(wire.grants.filter(({ line }) => line === "admin")).toEqual([]);
});

test("names that the mailbox answers for, each once", () => {
  expect(webHosts(deployment(LARGE))).toEqual([
    ...["mta-sts", "autoconfig", "autodiscover", "ua-auto-config"].flatMap((name) => [`${name}.one.test`, `${name}.two.test`]),
    "mail.one.test",
  ]);
  expect(webHosts(deployment({ EDGE_WEB: "mail-only" }))).toEqual([]);
});

test("an IPv6 fallback has brackets", () => {
  expect(wireOf({ EDGE_WEB_FALLBACK: "[::1]:8443" }).fallback).toMatchObject({ dial: "[::1]:8443", host: "::1" });
});

test("fails with the rule's line when a deployment cannot be wired", () => {
  const { backends, ...rest } = deployment();
  expect(mistakesOf(() => makeWire({ ...rest, backends: { ...backends, postgres: { ...backends.postgres, port: 993 } } }))).toEqual([
    "wire: imaps and postgres are both on port 993; give one of them another (STALWART_DB_PORT) (one-line-per-port)",
  ]);
});

test("no two services, and no port of the mailbox's own, share a number", () => {
  const ports = [...Object.values(SERVICES).map(({ port }) => port), ...Object.values(PRIVATE_PORTS)];
  expect(new Set(ports).size).toBe(ports.length);
});

test("any valid contract gives a wire whose artefacts agree", () => {
  fc.assert(
    fc.property(validOverrides, (overrides) => {
      const made = deployment(overrides);
      const wire = makeWire(made);
      expect(checkWire(wire)).toEqual([]);
      const config = caddyConfig(wire);
      expect(checkCaddy(config, wire)).toEqual([]);

      const servers = Object.entries(config.apps.layer4.servers);
      const open = wire.lines.filter(({ reach }) => reach === "public");
      expect(servers.map(([name]) => name).sort()).toEqual(open.map(({ name }) => name).sort());
      for (const { name, port, clientAddress } of open) {
        const proxy = clientAddress === "proxy-v2" ? "v2" : "none";
        const [server, ...others] = servers.filter(([, { listen }]) => listen.includes(`:${port}`));
        expect(others).toEqual([]);
        const toMailbox = server[1].routes[0].handle[0];
        expect([server[0], server[1].listen, toMailbox.upstreams[0].dial, toMailbox.proxy_protocol ?? "none"]).toEqual([name, [`:${port}`], [`${wire.mailbox.host}:${port}`], proxy]);
        expect(wire.listeners.filter(({ line }) => line === name)).toEqual([expect.objectContaining({ port, proxy })]);
        const fromEdge = wire.grants.filter(({ line, src }) => line === name && src.includes(made.tailnet.tags.edge));
        expect(fromEdge).toEqual([{ line: name, src: [made.tailnet.tags.edge], dst: made.tailnet.tags.mailbox, port }]);
      }

      // What stays in the tailnet is granted to people, listened to without PROXY, and unknown to the edge.
      for (const name of made.lines.tailnet) {
        expect(config.apps.layer4.servers).not.toHaveProperty(name);
        expect(wire.listeners.filter(({ line }) => line === name)).toEqual([expect.objectContaining({ proxy: "none" })]);
        expect(wire.grants.filter(({ line }) => line === name)).toEqual([expect.objectContaining({ src: made.tailnet.users })]);
      }
      const off = MAIL_LINES.filter((name) => !made.lines.public.includes(name) && !made.lines.tailnet.includes(name));
      for (const ends of [wire.lines.map(({ name }) => name), wire.listeners.map(({ line }) => line), wire.grants.map(({ line }) => line)]) for (const name of off) expect(ends).not.toContain(name);

      // The mailbox reaches each backend on its own port, and the edge reaches none.
      for (const { line, port } of wire.dials) {
        const external = made.backends.kind === "external";
        expect(wire.grants.filter((grant) => grant.line === line)).toEqual(external ? [{ line, src: [made.tailnet.tags.mailbox], dst: made.tailnet.tags[line as "postgres"], port }] : []);
      }
    }),
    { numRuns: 300 },
  );
});
