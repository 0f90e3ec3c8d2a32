import * as fc from "fast-check";
import { WIRE_RULES, checkWire, type Wire } from "../../lib/wire";
import { LARGE, wireOf } from "../deployment";

const small = wireOf();
const large = wireOf(LARGE);
type Lists = "lines" | "routes" | "grants" | "listeners" | "dials" | "edges";
type End<L extends Lists> = Wire[L][number];

/** The wire with one of its ends changed, taken out (undefined) or doubled. */
const change = <L extends Lists>(wire: Wire, list: L, line: string, to: Partial<End<L>> | undefined): Wire => ({
  ...wire,
  [list]: (wire[list] as readonly End<L>[]).flatMap((end) => (("line" in end ? end.line : end.name) === line ? (to === undefined ? [] : [{ ...end, ...to }]) : [end])),
});
const double = (wire: Wire, list: Lists, line: string): Wire => ({ ...wire, [list]: [...wire[list], ...(wire[list] as readonly { line?: string; name?: string }[]).filter((end) => (end.line ?? end.name) === line)] });
const more = (wire: Wire, list: Lists, end: unknown): Wire => ({ ...wire, [list]: [...wire[list], end] });

test.each([["small", small], ["larger", large], ["maddy's", wireOf({ MAIL_SERVER: "maddy" })]])("the %s wire keeps all rules", (_name, wire) => {
  expect(checkWire(wire)).toEqual([]);
});

/** Each rule: a wire that breaks it, and the line that says so (others may speak as well). */
const BROKEN: Readonly<Record<string, readonly [what: string, wire: Wire, line: string][]>> = {
  "one-route-per-public-line": [
    ["no route", change(small, "routes", "imaps", undefined), "imaps is public and needs exactly one edge route; got none"],
    ["two routes", double(small, "routes", "imaps"), "imaps is public and needs exactly one edge route; got 2"],
  ],
  "one-grant-per-public-line": [
    ["no grant", change(small, "grants", "smtp", undefined), "smtp is public and needs exactly one grant from the edge; got none"],
    ["two grants", double(small, "grants", "smtp"), "smtp is public and needs exactly one grant from the edge; got 2"],
    ["another port", change(small, "grants", "smtp", { port: 26 }), "smtp is granted as tag:stalwart:26; it has to be tag:stalwart:25"],
    ["another node", change(small, "grants", "smtp", { dst: "tag:backend" }), "smtp is granted as tag:backend:25; it has to be tag:stalwart:25"],
    ["granted to people only", change(small, "grants", "smtp", { src: ["autogroup:member"] }), "smtp is public and needs exactly one grant from the edge; got none"],
  ],
  "one-listener-per-line": [
    ["no listener", change(small, "listeners", "imap", undefined), "imap needs exactly one listener; got none"],
    ["two listeners", double(small, "listeners", "imap"), "imap needs exactly one listener; got 2"],
    ["another port", change(small, "listeners", "imap", { port: 144 }), "the listener of imap is on port 144; the line says 143"],
    ["no listener of a tailnet line", change(large, "listeners", "imap", undefined), "imap needs exactly one listener; got none"],
    ["no listener of the administration", change(small, "listeners", "admin", undefined), "admin needs exactly one listener; got none"],
  ],
  "no-stray-ends": [
    ["a route to a tailnet line", more(large, "routes", { line: "imap", port: 143, dial: "stalwart.tail0000.ts.net:143", proxy: "v2" }), "the edge routes port 143 to imap, which is not a public line"],
    ["a route to the administration", more(small, "routes", { line: "admin", port: 8080, dial: "stalwart.tail0000.ts.net:8080", proxy: "none" }), "the edge routes port 8080 to admin, which is not a public line"],
    ["a route on another port", change(small, "routes", "smtp", { port: 2525 }), "the edge's route for smtp is on port 2525; the line says 25"],
    ["a listener without a line", more(small, "listeners", { line: "sieve", port: 4190, proxy: "v2", protocol: "manageSieve", tls: "starttls" }), "a listener on port 4190 belongs to sieve, which is not a line"],
    ["a grant without a line", more(small, "grants", { line: "redis", src: ["tag:stalwart"], dst: "tag:backend", port: 6379 }), "a grant of port 6379 belongs to redis, which is not a line"],
    ["the edge granted a tailnet line", change(large, "grants", "imap", { src: ["autogroup:member", "tag:reverse-proxy"] }), "imap is not public, yet a grant lets the edge reach it"],
    ["the edge granted a backend", more(large, "grants", { line: "postgres", src: ["tag:reverse-proxy"], dst: "tag:backend", port: 5432 }), "postgres is not public, yet a grant lets the edge reach it"],
  ],
  "one-port-per-line": [
    ["a grant for people", change(large, "grants", "imap", { port: 993 }), "imap is granted on port 993; the line says 143"],
    ["a grant for admins", change(small, "grants", "admin", { port: 8089 }), "admin is granted on port 8089; the line says 8080"],
    ["a grant for the mailbox", change(large, "grants", "redis", { port: 6380 }), "redis is granted on port 6380; the line says 6379"],
    ["a backend's dial", change(small, "dials", "postgres", { port: 5433 }), "postgres is dialled on port 5433; the line says 5432"],
  ],
  "no-proxy-in-tailnet": [
    ["on the listener", change(large, "listeners", "imap", { proxy: "v2" }), "imap is tailnet-only and must not carry PROXY"],
    ["on the line", change(large, "lines", "imap", { clientAddress: "proxy-v2" }), "imap is tailnet-only and must not carry PROXY"],
  ],
  "proxy-at-both-ends": [
    ["only at the edge", change(small, "listeners", "imaps", { proxy: "none" }), "imaps has PROXY v2 at the edge and none at the mailbox; both ends have to agree"],
    ["only at the mailbox", change(small, "routes", "imaps", { proxy: "none" }), "imaps has PROXY none at the edge and v2 at the mailbox; both ends have to agree"],
    ["only at the edge, on HTTPS", change(small, "routes", "web", { proxy: "v2" }), "web has PROXY v2 at the edge and none at the mailbox; both ends have to agree"],
  ],
  "proxy-on-mail": [
    ["none at either end", change(change(small, "listeners", "smtp", { proxy: "none" }), "routes", "smtp", { proxy: "none" }), "smtp is public mail and needs PROXY v2, or the mailbox takes every client for the edge"],
    ["none on the line", change(small, "lines", "smtp", { clientAddress: "none" }), "smtp is public mail and needs PROXY v2, or the mailbox takes every client for the edge"],
  ],
  "no-proxy-on-admin": [
    ["on the line", change(small, "lines", "admin", { clientAddress: "proxy-v2" }), "admin (port 8080) never carries PROXY and never goes through the edge's layer 4"],
    ["on the listener", change(small, "listeners", "admin", { proxy: "v2" }), "admin (port 8080) never carries PROXY and never goes through the edge's layer 4"],
    ["a route", more(small, "routes", { line: "admin", port: 8080, dial: "stalwart.tail0000.ts.net:8080", proxy: "none" }), "admin (port 8080) never carries PROXY and never goes through the edge's layer 4"],
  ],
  "web-proxy-as-set": [
    ["at the edge though not set", change(small, "routes", "web", { proxy: "v2" }), "web has PROXY v2 at the edge; WEB_PROXY_PROTOCOL asks for none"],
    ["at the mailbox though not set", change(small, "listeners", "web", { proxy: "v2" }), "web has PROXY v2 at the mailbox; WEB_PROXY_PROTOCOL asks for none"],
    ["not at the edge though set", change(large, "routes", "web", { proxy: "none" }), "web has PROXY none at the edge; WEB_PROXY_PROTOCOL asks for v2"],
  ],
  "dial-by-name": [
    ["an IPv4 address", change(small, "routes", "smtp", { dial: "100.64.0.7:25" }), "smtp is dialled at the address 100.64.0.7; an address changes when the node registers again; dial stalwart.tail0000.ts.net"],
    ["an IPv6 address", change(small, "routes", "smtp", { dial: "[fd7a:115c:a1e0::7]:25" }), "smtp is dialled at the address fd7a:115c:a1e0::7; an address changes when the node registers again; dial stalwart.tail0000.ts.net"],
    ["another node", change(small, "routes", "smtp", { dial: "stalwart-1.tail0000.ts.net:25" }), "smtp is dialled at stalwart-1.tail0000.ts.net:25; it has to be stalwart.tail0000.ts.net:25"],
    ["another port", change(small, "routes", "smtp", { dial: "stalwart.tail0000.ts.net:2525" }), "smtp is dialled at stalwart.tail0000.ts.net:2525; it has to be stalwart.tail0000.ts.net:25"],
    ["a short name", change(small, "routes", "smtp", { dial: "stalwart:25" }), "smtp is dialled at stalwart:25; it has to be stalwart.tail0000.ts.net:25"],
    ["a backend's address", change(large, "dials", "redis", { host: "100.64.0.9" }), "redis is dialled at the address 100.64.0.9; an address changes when the node registers again; dial its MagicDNS name"],
  ],
  "one-line-per-port": [
    ["two mail lines", change(small, "lines", "imap", { port: 993 }), "imap and imaps are both on port 993; give one of them another"],
    ["an embedded backend", change(small, "lines", "postgres", { port: 993 }), "imaps and postgres are both on port 993; give one of them another (STALWART_DB_PORT)"],
    ["a port of the mailbox's own", change(small, "lines", "postgres", { port: 41234 }), "postgres is on port 41234, which the mailbox needs for itself (sidecarHealth); give one of them another (STALWART_DB_PORT)"],
  ],
  "fallback-not-itself": ["localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "192.0.2.25", "edge", "edge.tail0000.ts.net"].map((host): [string, Wire, string] => [
    host,
    { ...small, fallback: { host, port: 443, dial: `${host}:443`, proxy: "none" } },
    `EDGE_WEB_FALLBACK ${host}:443 is the edge itself; move the web server to another port, for example 127.0.0.1:8443`,
  ]),
  "nodes-apart": [
    ["an edge like the mailbox", change(small, "edges", "edge", { host: small.mailbox.host }), "two nodes have the name stalwart.tail0000.ts.net; give each its own"],
    ["two edges alike", change(large, "edges", "nyc", { host: "fra.tail0000.ts.net" }), "two nodes have the name fra.tail0000.ts.net; give each its own"],
  ],
};

test("every rule has a wire that breaks it", () => {
  expect(Object.keys(BROKEN).sort()).toEqual(WIRE_RULES.map(({ name }) => name).sort());
});

describe.each(Object.keys(BROKEN))("%s", (rule) => {
  test.each(BROKEN[rule])("refuses %s", (_what, wire, line) => {
    expect(checkWire(wire)).toContain(`wire: ${line} (${rule})`);
  });
});

test("external backends may be on any port: they are on nodes of their own", () => {
  expect(checkWire(change(change(change(large, "lines", "postgres", { port: 25 }), "dials", "postgres", { port: 25 }), "grants", "postgres", { port: 25 }))).toEqual([]);
});

/** Every place in a wire that both ends read: a changed one has to be seen. */
const places = (wire: Wire): { what: string; with: (port: number) => Wire }[] =>
  (["lines", "routes", "grants", "listeners", "dials"] as const).flatMap((list) =>
    (wire[list] as readonly { port: number }[]).map((_end, index) => ({
      what: `${list}[${index}].port`,
      with: (port: number): Wire => ({ ...wire, [list]: (wire[list] as readonly { port: number }[]).map((end, at) => (at === index ? { ...end, port } : end)) }),
    })),
  );

test("a port that is changed at any one end is seen", () => {
  fc.assert(
    fc.property(fc.constantFrom(...places(small), ...places(large)), fc.integer({ min: 1, max: 65535 }), ({ with: changed, what }, port) => {
      const wire = changed(port);
      if (JSON.stringify(wire) === JSON.stringify(small) || JSON.stringify(wire) === JSON.stringify(large)) return;
      if (checkWire(wire).length === 0) throw new Error(`${what} = ${port} was not seen`);
    }),
    { numRuns: 40000 },
  );
});

test("a PROXY setting that is changed at any one end is seen", () => {
  const flip = (wire: Wire, list: "routes" | "listeners", index: number): Wire => ({
    ...wire,
    [list]: (wire[list] as readonly { proxy: "v2" | "none" }[]).map((end, at) => (at === index ? { ...end, proxy: end.proxy === "v2" ? "none" : "v2" } : end)),
  });
  for (const wire of [small, large])
    for (const list of ["routes", "listeners"] as const)
      for (const index of wire[list].keys()) expect([list, wire[list][index].line, checkWire(flip(wire, list, index)).length > 0]).toEqual([list, wire[list][index].line, true]);
});
