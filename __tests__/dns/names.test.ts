import fc from "fast-check";
import { dnsNames, renderDnsNames, type DnsName, type DnsNames } from "../../lib/dns/names";
import { reverseName } from "../../lib/dns/reverse";
import { MAIL_LINES, makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";

type Overrides = Readonly<Record<string, string | undefined>>;

function namesOf(overrides: Overrides = {}) {
  const one = deployment(overrides);
  const wire = makeWire(one);
  return { wire, names: dnsNames(one, wire) };
}
const all = ({ host, domains, reverse }: DnsNames): DnsName[] => [...host, ...domains.flatMap(({ names }) => names), ...reverse];
const short = (names: readonly DnsName[], type: DnsName["type"]): string[] =>
  names.filter((one) => one.type === type).map(({ name, target, port }) => [name, target, port].filter((part) => part !== undefined).join(" "));

describe("a small deployment", () => {
  const { names } = namesOf();
  test("the mail host is at the edge's address, and IPv6 is not announced where the edge has none", () => {
    expect(short(names.host, "A")).toEqual(["mail.one.test 192.0.2.25"]);
    expect(short(all(names), "AAAA")).toEqual([]);
  });
  test("mail arrives at the mail host", () => expect(short(all(names), "MX")).toEqual(["one.test mail.one.test"]));
  test("each public service is announced with the wire's port", () =>
    expect(short(all(names), "SRV")).toEqual([
      "_submissions._tcp.one.test mail.one.test 465",
      "_submission._tcp.one.test mail.one.test 587",
      "_imap._tcp.one.test mail.one.test 143",
      "_imaps._tcp.one.test mail.one.test 993",
    ]));
  test("names that the mailbox serves point to the edge", () => {
    const web = names.domains[0].names.filter(({ type }) => type === "A");
    expect(short(web, "A")).toEqual(["mta-sts", "autoconfig", "autodiscover"].map((name) => `${name}.one.test 192.0.2.25`));
    expect(new Set(web.map(({ owner }) => owner))).toEqual(new Set(["mailbox"]));
  });
  test("MTA-STS and TLS reports need a TXT record each", () => expect(short(all(names), "TXT")).toEqual(["_mta-sts.one.test", "_smtp._tls.one.test"]));
  test("the edge's address points back to the mail host", () => expect(short(names.reverse, "PTR")).toEqual(["25.2.0.192.in-addr.arpa mail.one.test"]));
  test("nothing is said of an admin vhost", () => expect(names.adminVhost).toBeUndefined());
});

describe("a large deployment", () => {
  const { names } = namesOf(LARGE);
  test("every edge has an A, and an AAAA only where it has IPv6", () => {
    expect(short(names.host, "A")).toEqual(["mail.one.test 192.0.2.25", "mail.one.test 198.51.100.25"]);
    expect(short(names.host, "AAAA")).toEqual(["mail.one.test 2001:db8::25"]);
    expect(names.reverse).toHaveLength(3);
  });
  test("each domain has the same names", () => {
    const [one, two] = names.domains.map(({ domain, names: own }) => own.map(({ name, type }) => `${name.replace(domain, "")} ${type}`));
    expect(two).toEqual(one);
  });
  test("a tailnet-only line is not announced, JMAP is where the mail host is served", () => {
    const services = short(names.domains[1].names, "SRV");
    expect(services).not.toContain("_imap._tcp.two.test mail.one.test 143");
    expect(services).toContain("_jmap._tcp.two.test mail.one.test 443");
    expect(services).toContain("_sieve._tcp.two.test mail.one.test 4190");
  });
  test("the mail host is not there a second time among the domain's names", () => expect(all(names).filter(({ name, type }) => name === "mail.one.test" && type === "AAAA")).toHaveLength(1));
  test("the admin vhost belongs to the tailnet", () =>
    expect(names.adminVhost).toEqual({ name: "stalwart.one.test", edges: ["fra.tail0000.ts.net", "nyc.tail0000.ts.net"] }));
  test("as a table", () => expect(renderDnsNames(names)).toMatchSnapshot());
});

test("a mail-only edge wants no names for the web", () => {
  const { names } = namesOf({ EDGE_WEB: "mail-only" });
  expect(names.domains[0].names.filter(({ type }) => type === "A" || type === "TXT")).toEqual([]);
});

test("without MTA-STS among the web names no record for it is wanted", () =>
  expect(short(all(namesOf({ WEB_NAMES: "autoconfig" }).names), "TXT")).toEqual(["_smtp._tls.one.test"]));

test.each([
  ["192.0.2.25", "25.2.0.192.in-addr.arpa"],
  ["2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
  ["::1", `1.${"0.".repeat(31)}ip6.arpa`],
  ["1:2:3:4:5:6:7:8", "8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa"],
  ["2001:db8::192.0.2.1", `1.0.2.0.0.0.0.c.${"0.".repeat(16)}8.b.d.0.1.0.0.2.ip6.arpa`],
])("the reverse name of %s", (address, name) => expect(reverseName(address)).toBe(name));

test("for any contract: names with addresses are exactly the mail host and what the edge sends to the mailbox", () => {
  fc.assert(
    fc.property(
      fc.subarray(["one.test", "two.test", "sub.one.test"], { minLength: 1 }),
      fc.subarray(["mta-sts", "autoconfig", "autodiscover", "ua-auto-config", "mail"], { minLength: 1 }),
      fc.subarray(MAIL_LINES.filter((name) => name !== "smtp")),
      (domains, web, lines) => {
        const { wire, names } = namesOf({ MAIL_DOMAIN: domains.join(), WEB_NAMES: web.join(), PUBLIC_LINES: ["smtp", ...lines].join() });
        const sni = wire.routes.flatMap((route) => route.sni ?? []);
        const addressed = all(names).filter(({ type }) => type === "A").map(({ name }) => name);
        expect([...addressed].sort()).toEqual([...new Set([`mail.${domains[0]}`, ...sni])].sort());
        for (const { port, name } of all(names).filter(({ type }) => type === "SRV")) expect([name, wire.routes.map((route) => route.port)]).toEqual([name, expect.arrayContaining([port])]);
      },
    ),
    { numRuns: 100 },
  );
});
