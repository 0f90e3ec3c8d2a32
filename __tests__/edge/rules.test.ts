import * as fc from "fast-check";
import { caddyConfig } from "../../lib/edge/caddy";
import { checkCaddy } from "../../lib/edge/rules";
import { LARGE, wireOf } from "../deployment";

const small = wireOf();
const large = wireOf(LARGE);
const MAILBOX = "stalwart.tail0000.ts.net";

/** A plain object, as to somebody who edits it by hand. */
type Config = any; // eslint-disable-line @typescript-eslint/no-explicit-any
const copy = (config: unknown): Config => JSON.parse(JSON.stringify(config));
const faults = (mutate: (config: Config, servers: Config) => void, wire = small): readonly string[] => {
  const config = copy(caddyConfig(wire));
  mutate(config, config.apps.layer4.servers);
  return checkCaddy(config, wire);
};
const upstream = (servers: Config, line: string, route = 0): Config => servers[line].routes[route].handle[0].upstreams[0];
const proxy = (servers: Config, line: string, route = 0): Config => servers[line].routes[route].handle[0];

test.each([
  ["small", small],
  ["larger", large],
  ["mail-only", wireOf({ EDGE_WEB: "mail-only" })],
  ["maddy", wireOf({ MAIL_SERVER: "maddy" })],
  ["with a web server elsewhere", wireOf({ EDGE_WEB_FALLBACK: "192.168.7.9:443" })],
  ["with a web server on IPv6", wireOf({ EDGE_WEB_FALLBACK: "[::1]:8443" })],
])("finds nothing in the synthesized configuration: %s", (_name, wire) => {
  expect(checkCaddy(copy(caddyConfig(wire)), wire)).toEqual([]);
});

test.each<[what: string, mutate: (config: Config, servers: Config) => void, fault: string]>([
  // mail ports
  ["a matcher on a mail port", (_c, s) => (s.smtp.routes[0].match = [{ tls: {} }]), "smtp has a matcher: it waits for the client to speak, and mail clients wait for the greeting; take match out"],
  ["an IP filter on a mail port", (_c, s) => (s.imap.routes[0].match = [{ remote_ip: { ranges: ["192.0.2.0/24"] } }]), "imap has a matcher: it waits for the client to speak, and mail clients wait for the greeting; take match out"],
  ["two routes on a mail port", (_c, s) => s.smtp.routes.push(copy(s.smtp.routes[0])), "smtp needs exactly one route; got 2"],
  ["no route on a mail port", (_c, s) => (s.smtp.routes = []), "smtp needs exactly one route; got none"],
  ["no routes at all", (_c, s) => delete s.smtp.routes, "smtp needs exactly one route; got none"],
  ["another handler", (_c, s) => (s.smtp.routes[0].handle[0].handler = "echo"), "smtp needs exactly one handler, proxy; got echo"],
  ["a handler before the proxy", (_c, s) => s.smtp.routes[0].handle.unshift({ handler: "tls" }), "smtp needs exactly one handler, proxy; got tls, proxy"],
  ["no handler", (_c, s) => (s.smtp.routes[0].handle = []), "smtp needs exactly one handler, proxy; got none"],
  // HTTPS
  ["the fallback first", (_c, s) => s.web.routes.reverse(), "web needs routes by SNI first, then exactly one without match, which is the last"],
  ["no fallback", (_c, s) => s.web.routes.pop(), "web needs routes by SNI first, then exactly one without match, which is the last"],
  ["two fallbacks", (_c, s) => s.web.routes.push(copy(s.web.routes[1])), "web needs routes by SNI first, then exactly one without match, which is the last"],
  ["only a fallback", (_c, s) => s.web.routes.shift(), "web needs routes by SNI first, then exactly one without match, which is the last"],
  ["something between", (_c, s) => s.web.routes.splice(1, 0, { ...copy(s.web.routes[0]), match: [{ remote_ip: { ranges: ["192.0.2.0/24"] } }] }), "web matches on something else than tls.sni; split ClientHellos would go wrong; keep sni only"],
  ["HTTP beside SNI", (_c, s) => (s.web.routes[0].match[0].http = [{}]), "web matches on something else than tls.sni; split ClientHellos would go wrong; keep sni only"],
  ["ALPN beside SNI", (_c, s) => (s.web.routes[0].match[0].tls.alpn = ["h2"]), "web matches on something else than tls.sni; split ClientHellos would go wrong; keep sni only"],
  ["two sets of matchers", (_c, s) => s.web.routes[0].match.push({ http: [] }), "web matches on something else than tls.sni; split ClientHellos would go wrong; keep sni only"],
  ["a name too few", (_c, s) => s.web.routes[0].match[0].tls.sni.shift(), "web does not hand mta-sts.one.test to the mailbox; add it to sni"],
  ["a name too many", (_c, s) => s.web.routes[0].match[0].tls.sni.push("*.one.test"), "web hands *.one.test to the mailbox, which does not serve it; take it out of sni"],
  // dial targets
  ["an IPv4 address", (_c, s) => (upstream(s, "smtp").dial = ["100.64.0.7:25"]), `smtp dials the address 100.64.0.7; an address changes when the node registers again; dial ${MAILBOX}`],
  ["an IPv6 address", (_c, s) => (upstream(s, "smtp").dial = ["[fd7a:115c:a1e0::7]:25"]), `smtp dials the address fd7a:115c:a1e0::7; an address changes when the node registers again; dial ${MAILBOX}`],
  ["loopback for the mailbox", (_c, s) => (upstream(s, "smtp").dial = ["127.0.0.1:25"]), `smtp dials the address 127.0.0.1; an address changes when the node registers again; dial ${MAILBOX}`],
  ["an address for the fallback that is not loopback", (_c, s) => (upstream(s, "web", 1).dial = ["100.64.0.9:8443"]), "web for all else dials the address 100.64.0.9; an address changes when the node registers again; dial 127.0.0.1"],
  ["another loopback address for the fallback", (_c, s) => (upstream(s, "web", 1).dial = ["127.0.0.2:8443"]), "web for all else dials 127.0.0.2; it has to be 127.0.0.1"],
  ["the fallback to the mailbox", (_c, s) => (upstream(s, "web", 1).dial = [`${MAILBOX}:443`]), `web for all else dials ${MAILBOX}; it has to be 127.0.0.1`],
  ["the names to the fallback", (_c, s) => (upstream(s, "web").dial = ["127.0.0.1:8443"]), `web by name dials the address 127.0.0.1; an address changes when the node registers again; dial ${MAILBOX}`],
  ["no port", (_c, s) => (upstream(s, "smtp").dial = [MAILBOX]), `smtp dials "${MAILBOX}"; write host:port with a number (caddy takes it without, and fails at the first connection)`],
  ["a service's name for a port", (_c, s) => (upstream(s, "smtp").dial = [`${MAILBOX}:smtp`]), `smtp dials "${MAILBOX}:smtp"; write host:port with a number (caddy takes it without, and fails at the first connection)`],
  ["several addresses", (_c, s) => upstream(s, "smtp").dial.push(`${MAILBOX}:26`), "smtp dials 2 addresses at once: each connection would be copied to all; keep one"],
  ["no address", (_c, s) => (upstream(s, "smtp").dial = []), "smtp dials nothing; write host:port"],
  ["a text for an address", (_c, s) => (upstream(s, "smtp").dial = `${MAILBOX}:25`), "smtp dials nothing; write host:port"],
  ["several upstreams", (_c, s) => proxy(s, "smtp").upstreams.push(copy(upstream(s, "smtp"))), "smtp needs exactly one upstream; got 2"],
  ["no upstream", (_c, s) => delete proxy(s, "smtp").upstreams, "smtp needs exactly one upstream; got none"],
  ["another port", (_c, s) => (upstream(s, "smtp").dial = [`${MAILBOX}:26`]), "smtp dials port 26; the other end listens on 25"],
  ["another port of the fallback", (_c, s) => (upstream(s, "web", 1).dial = ["127.0.0.1:443"]), "web for all else dials port 443; the other end listens on 8443"],
  ["another node", (_c, s) => (upstream(s, "smtp").dial = ["stalwart-1.tail0000.ts.net:25"]), `smtp dials stalwart-1.tail0000.ts.net; it has to be ${MAILBOX}`],
  ["a variable", (_c, s) => (upstream(s, "smtp").dial = ["{env.MAILBOX}:25"]), '"{env.MAILBOX}:25" holds a placeholder, which becomes nothing when it is not set; write the value itself'],
  ["IPv6 to the mailbox", (_c, s) => (upstream(s, "smtp").resolver_preference = "ipv6_first"), 'smtp has resolver_preference "ipv6_first"; the mailbox trusts the edge\'s IPv4 address; write "ipv4_only"'],
  ["either family to the mailbox", (_c, s) => delete upstream(s, "web").resolver_preference, 'web by name has resolver_preference "none"; the mailbox trusts the edge\'s IPv4 address; write "ipv4_only"'],
  // PROXY
  ["no PROXY header on mail", (_c, s) => delete proxy(s, "smtp").proxy_protocol, 'smtp has proxy_protocol "none"; the other end expects v2: both ends have to agree'],
  ["PROXY v1 on mail", (_c, s) => (proxy(s, "smtp").proxy_protocol = "v1"), 'smtp has proxy_protocol "v1"; the other end expects v2: both ends have to agree'],
  ["a PROXY header on HTTPS", (_c, s) => (proxy(s, "web").proxy_protocol = "v2"), 'web by name has proxy_protocol "v2"; the other end expects none: both ends have to agree'],
  ["a PROXY header to the web server", (_c, s) => (proxy(s, "web", 1).proxy_protocol = "v2"), 'web for all else has proxy_protocol "v2"; the other end expects none: both ends have to agree'],
  ["PROXY headers from the world", (_c, s) => s.smtp.routes[0].handle.unshift({ handler: "proxy_protocol" }), "smtp takes PROXY headers from the world, so anyone may claim any address; take the proxy_protocol handler out"],
  // what misbehaves in caddy-l4
  ["a limit of connections", (_c, s) => (upstream(s, "smtp").max_connections = 500), "smtp has max_connections, whose count only goes up, so that in the end everybody is refused; take it out"],
  ["least_conn", (_c, s) => (proxy(s, "smtp").load_balancing.selection = { policy: "least_conn" }), "smtp chooses by least_conn, which counts connections, and the count never goes down; leave selection out"],
  ["random_choose", (_c, s) => (proxy(s, "web").load_balancing.selection = { policy: "random_choose" }), "web by name chooses by random_choose, which counts connections, and the count never goes down; leave selection out"],
  ["an active health check", (_c, s) => (proxy(s, "smtp").health_checks = { active: { port: 26 } }), "smtp has an active health check, which knocks without a PROXY header and can move the port of live connections; take it out"],
  ["a passive health check", (_c, s) => (proxy(s, "smtp").health_checks = { passive: { fail_duration: "10s", unhealthy_connection_count: 1 } }), "smtp has a passive health check: one failed connection would lock everybody out for a while; take it out"],
  ["TLS to the mailbox", (_c, s) => (upstream(s, "imaps").tls = {}), "imaps speaks TLS itself (tls in the upstream); both ends do that, the edge only passes bytes; take it out"],
  // servers
  ["an empty listen", (_c, s) => (s.smtp.listen = []), 'server smtp has to listen on exactly one address, like ":port"; got none'],
  ["no listen", (_c, s) => delete s.smtp.listen, 'server smtp has to listen on exactly one address, like ":port"; got none'],
  ["two addresses", (_c, s) => s.smtp.listen.push(":2525"), 'server smtp has to listen on exactly one address, like ":port"; got :25, :2525'],
  ["one address twice", (_c, s) => (s.imap.listen = [":25"]), "two servers listen on :25; they would share its connections, and half of them fail; keep one"],
  ["one family only", (_c, s) => (s.smtp.listen = ["0.0.0.0:25"]), 'server smtp listens on "0.0.0.0:25"; write ":port": all addresses, IPv4 and IPv6, and a number'],
  ["a range of ports", (_c, s) => (s.smtp.listen = [":25-26"]), 'server smtp listens on ":25-26"; write ":port": all addresses, IPv4 and IPv6, and a number'],
  ["a list in a list", (_c, s) => (s.smtp.listen = [[":25"]]), 'server smtp listens on [":25"]; write ":port": all addresses, IPv4 and IPv6, and a number'],
  ["a list in a list of targets", (_c, s) => (upstream(s, "smtp").dial = [[`${MAILBOX}:25`]]), 'smtp dials ""; write host:port with a number (caddy takes it without, and fails at the first connection)'],
  ["a number for an address", (_c, s) => (s.smtp.listen = [25]), 'server smtp listens on 25; write ":port": all addresses, IPv4 and IPv6, and a number'],
  ["a server for a line that is not public", (_c, s) => (s.sieve = { ...copy(s.smtp), listen: [":4190"] }), "server sieve listens on :4190, which is no public line; take it out"],
  ["the administration in public", (_c, s) => (s.admin = { ...copy(s.smtp), listen: [":8080"] }), "server admin listens on :8080, which is no public line; take it out"],
  ["a public line without a server", (_c, s) => delete s.imaps, "imaps is a public line, and no server listens on :993; add one"],
  ["the admin API on", (c) => delete c.admin, "the admin API is on, and on the host's network everybody there could reconfigure the edge; set admin.disabled to true"],
  ["the admin API elsewhere", (c) => (c.admin = { listen: "127.0.0.1:2029" }), "the admin API is on, and on the host's network everybody there could reconfigure the edge; set admin.disabled to true"],
  ["an HTTP server beside", (c) => (c.apps.http = { servers: { srv0: { listen: [":443"] } } }), "app http is there, which could take the same ports; only layer4 belongs here"],
])("refuses %s", (_what, mutate, fault) => {
  expect(faults(mutate)).toContain(`caddy.json: ${fault}`);
});

test("refuses HTTPS on a mail-only edge", () => {
  const wire = wireOf({ EDGE_WEB: "mail-only" });
  expect(checkCaddy(copy(caddyConfig(small)), wire)).toEqual(["caddy.json: server web listens on :443, which is no public line; take it out"]);
});

test("refuses PROXY that is missing on HTTPS where it is set", () => {
  expect(faults((_c, s) => delete proxy(s, "web").proxy_protocol, large)).toEqual(['caddy.json: web by name has proxy_protocol "none"; the other end expects v2: both ends have to agree']);
});

test("says everything at once, and the same thing once", () => {
  expect(faults((c, s) => { delete c.admin; delete s.imaps; proxy(s, "smtp").upstreams = []; })).toHaveLength(3);
});

test.each([undefined, null, 7, "text", [], {}, { apps: [] }, { apps: { layer4: { servers: { smtp: null } } } }, { admin: { disabled: true }, apps: { layer4: { servers: [] } } }])("refuses what is no configuration: %j", (config) => {
  const found = checkCaddy(config, small);
  for (const { name, port } of small.lines.filter(({ reach }) => reach === "public")) expect(found).toContain(`caddy.json: ${name} is a public line, and no server listens on :${port}; add one`);
});

/** Where a value stands in the configuration. */
type Path = readonly (string | number)[];
const leaves = (value: unknown, path: Path = []): Path[] =>
  typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, Array.isArray(value) ? Number(key) : key])) : [path];
const at = (config: Config, path: Path): Config => path.reduce((value, key) => value[key], config);
const put = (config: Config, path: Path, value: unknown): Config => {
  const changed = copy(config);
  at(changed, path.slice(0, -1))[path[path.length - 1]] = value;
  return changed;
};
const WATCHED = ["dial", "listen", "proxy_protocol", "handler", "sni", "resolver_preference", "disabled"];

test("any change of a dial target, a port, a name or a PROXY setting is seen", () => {
  const wires = [small, large, wireOf({ MAIL_SERVER: "maddy" })];
  const places = wires.flatMap((wire) => {
    const config = caddyConfig(wire);
    return leaves(config).filter((path) => path.some((key) => WATCHED.includes(String(key)))).map((path) => ({ wire, config, path }));
  });
  const host = fc.constantFrom(MAILBOX, "localhost", "127.0.0.1", "[::1]", "100.64.0.7", "stalwart", `x.${MAILBOX}`, `${MAILBOX}.`, "");
  const value = fc.oneof(
    fc.tuple(host, fc.constantFrom(":", "", ": ", "::"), fc.oneof(fc.integer({ min: 0, max: 70000 }).map(String), fc.constantFrom("25", "443", "8443", "025", "25 ", "")))
      .map((parts) => parts.join("")),
    fc.constantFrom<unknown>("v1", "v2", "V2", "none", "", null, true, false, 25, [], {}, ":25", ":443", "proxy", "tls", "proxy_protocol", "ipv4_only", "ipv6_only"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.nat({ max: places.length - 1 }), value, (index, changed) => {
      const { wire, config, path } = places[index];
      if (JSON.stringify(at(config, path)) === JSON.stringify(changed)) return;
      if (checkCaddy(put(config, path, changed), wire).length === 0) throw new Error(`${path.join(".")} = ${JSON.stringify(changed)} was not seen`);
    }),
    { numRuns: 3000 },
  );
});

test("a part that is taken out is seen", () => {
  const config = copy(caddyConfig(large));
  for (const path of leaves(config).filter((one) => one.some((key) => WATCHED.includes(String(key))))) {
    const broken = copy(config);
    const parent = at(broken, path.slice(0, -1));
    const last = path[path.length - 1];
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
    expect([path.join("."), checkCaddy(broken, large).length > 0]).toEqual([path.join("."), true]);
  }
});
