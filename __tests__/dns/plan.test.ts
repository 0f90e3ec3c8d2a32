import fc from "fast-check";
import { dataOf, renderDns, type DnsRecord } from "../../lib/dns";
import { MAIL_LINES } from "../../lib/wire";
import { LARGE } from "../deployment";
import { all, KNOWN, planOf, textsAt } from "./zones";

const short = (records: readonly DnsRecord[], type: DnsRecord["type"]): string[] => records.filter((one) => one.type === type).map((one) => `${one.name} ${dataOf(one)}`);

describe("a small deployment", () => {
  const { plan } = planOf();
  test("the mail host is at the edge's address, and IPv6 is not announced where the edge has none", () => {
    expect(short(plan.host.records, "A")).toEqual(["mail.one.test 192.0.2.25"]);
    expect(short(all(plan), "AAAA")).toEqual([]);
  });
  test("mail arrives at the mail host", () => expect(short(all(plan), "MX")).toEqual(["one.test 10 mail.one.test"]));
  test("each public service is announced with the wire's port, TLS from the first byte before STARTTLS", () =>
    expect(short(all(plan), "SRV")).toEqual([
      "_submissions._tcp.one.test 0 1 465 mail.one.test",
      "_submission._tcp.one.test 10 1 587 mail.one.test",
      "_imap._tcp.one.test 10 1 143 mail.one.test",
      "_imaps._tcp.one.test 0 1 993 mail.one.test",
    ]));
  test("names that the mailbox serves point to the edge", () => {
    const web = plan.domains[0].records.filter(({ type }) => type === "A");
    expect(short(web, "A")).toEqual(["mta-sts", "autoconfig", "autodiscover"].map((name) => `${name}.one.test 192.0.2.25`));
    expect(new Set(web.map(({ owner }) => owner))).toEqual(new Set(["mailbox"]));
  });
  test("policies: each text at its name (RFC 7489, 8460, 8461)", () => {
    expect(textsAt(plan, "_dmarc.one.test")).toEqual(["v=DMARC1; p=none; rua=mailto:postmaster@one.test"]);
    expect(textsAt(plan, "_smtp._tls.one.test")).toEqual(["v=TLSRPTv1; rua=mailto:postmaster@one.test"]);
    expect(textsAt(plan, "_mta-sts.one.test")).toEqual([expect.stringMatching(/^v=STSv1; id=[0-9a-z]{1,32};$/)]);
  });
  test("the edge's address points back to the mail host", () => expect(plan.reverse).toEqual([expect.objectContaining({ name: "25.2.0.192.in-addr.arpa", address: "192.0.2.25", target: "mail.one.test" })]));
  test("nothing is said of an admin vhost", () => expect(plan.adminVhost).toBeUndefined());
  test("what nobody knows is missing, with its reason, and not invented", () => {
    expect(plan.missing.map(({ what, name }) => `${what} ${name}`)).toEqual(["SPF one.test", "DKIM *._domainkey.one.test"]);
    expect(plan.missing[0].why).toMatch(/set MAIL_EGRESS.*not to the edge's/);
    expect(all(plan).filter((one) => one.type === "TXT" && /spf1|DKIM1/.test(one.text))).toEqual([]);
  });
});

describe("a large deployment", () => {
  const { plan } = planOf(LARGE, KNOWN);
  test("every edge has an A, and an AAAA only where it has IPv6", () => {
    expect(short(plan.host.records, "A")).toEqual(["mail.one.test 192.0.2.25", "mail.one.test 198.51.100.25"]);
    expect(short(plan.host.records, "AAAA")).toEqual(["mail.one.test 2001:db8::25"]);
    expect(plan.reverse).toHaveLength(3);
  });
  test("each domain has the same names", () => {
    const [one, two] = plan.domains.map(({ domain, records }) => records.map(({ name, type }) => `${name.replace(domain, "")} ${type}`));
    expect(two).toEqual(one);
  });
  test("a tailnet-only line is not announced, JMAP is where the mail host is served", () => {
    const services = short(plan.domains[1].records, "SRV");
    expect(services.filter((one) => one.startsWith("_imap."))).toEqual([]);
    expect(services).toContain("_jmap._tcp.two.test 0 1 443 mail.one.test");
    expect(services).toEqual(expect.arrayContaining(["_caldavs._tcp.two.test 0 1 443 mail.one.test", "_carddavs._tcp.two.test 0 1 443 mail.one.test"]));
    expect(services).toContain("_sieve._tcp.two.test 10 1 4190 mail.one.test");
  });
  test("the mail host is not there a second time among the domain's names", () => expect(all(plan).filter(({ name, type }) => name === "mail.one.test" && type === "AAAA")).toHaveLength(1));
  test("the admin vhost belongs to the tailnet", () => {
    expect(plan.adminVhost).toEqual({ name: "stalwart.one.test", edges: ["fra.tail0000.ts.net", "nyc.tail0000.ts.net"] });
    expect(all(plan).filter(({ name }) => name === "stalwart.one.test")).toEqual([]);
  });
  test("CAA pins each name of the certificate to account and challenge, and leaves the domain itself to others", () => {
    const caa = short(all(plan), "CAA");
    const value = 'issue "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1234567; validationmethods=dns-01"';
    const served = ["mta-sts", "autoconfig", "autodiscover", "ua-auto-config"].flatMap((name) => [`${name}.one.test`, `${name}.two.test`]);
    expect([...caa].sort()).toEqual(["mail.one.test", ...served].flatMap((name) => [`${name} 0 ${value}`, `${name} 0 issuewild ";"`]).sort());
  });
  test("the server's own keys", () => expect(textsAt(plan, "v1-rsa-20260101._domainkey.two.test")).toEqual([KNOWN.dkim?.[1].text]));
  test("nothing is missing, but the smarthost's own addresses are doubted", () => {
    expect(plan.missing.map(({ what, name }) => `${what} ${name}`)).toEqual(["PACC _ua-auto-config.one.test", "PACC _ua-auto-config.two.test"]);
    expect(plan.notes).toEqual([expect.stringMatching(/smtp\.relay\.test by its own addresses.*DNS_SPF_ALSO/)]);
  });
  test("as a table for review", () => expect(renderDns(planOf(LARGE).plan)).toMatchSnapshot());
});

describe("an account with the certificate authority", () => {
  const ACME = { STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail" };
  test("its challenge is in the record", () => expect(short(all(planOf(ACME, KNOWN).plan), "CAA")[0]).toMatch(/validationmethods=tls-alpn-01"$/));
  test.each([
    ["that nobody knows", {}, {}, /npm run dns asks it/],
    ["that the server did not say", {}, { reasons: { caaAccounts: "stalwart was asked and did not say: no route" } }, /no route/],
    ["with an authority that is not known here", { STALWART_ACME_DIRECTORY: "https://ca.test/dir" }, KNOWN, /ca\.test.*documentation/],
  ])("%s: CAA is missing, not guessed", (_what, overrides, known, why) => {
    const { plan } = planOf({ ...ACME, ...overrides }, known);
    expect(plan.missing.filter(({ what }) => what === "CAA")).toEqual([{ name: "mail.one.test", type: "CAA", what: "CAA", why: expect.stringMatching(why) as string }]);
    expect(short(all(plan), "CAA")).toEqual([]);
  });
  test("without ACME nothing is said of CAA", () => expect(planOf({}, KNOWN).plan.missing.filter(({ what }) => what === "CAA")).toEqual([]));
});

test("a mail-only edge wants no names for the web, and whoever serves MTA-STS there owns its record", () => {
  const { plan } = planOf({ EDGE_WEB: "mail-only" });
  expect(plan.domains[0].records.filter(({ type }) => type === "A")).toEqual([]);
  expect(textsAt(plan, "_mta-sts.one.test")).toEqual([]);
  expect(plan.owned).not.toContainEqual({ name: "_mta-sts.one.test", type: "TXT" });
});
test.each([[{ WEB_NAMES: "autoconfig" }], [{ MTA_STS_MODE: "none" }]])("%j: no MTA-STS record without a policy behind it", (overrides) => expect(textsAt(planOf(overrides).plan, "_mta-sts.one.test")).toEqual([]));

test("the MTA-STS id changes when the policy does, and only then", () => {
  const id = (overrides: Record<string, string>): string => textsAt(planOf(overrides).plan, "_mta-sts.one.test")[0];
  const TLS = { MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" };
  expect(id(TLS)).toBe(id({ DNS_DMARC: "reject" }));
  expect(id({ ...TLS, MTA_STS_MODE: "enforce" })).not.toBe(id(TLS));
  expect(id({ MAIL_HOSTNAME: "mx.one.test" })).not.toBe(id({}));
});

test("more names of the certificate lead to the edge and are pinned like the mail host's; one outside the domains has a zone of its own", () => {
  const { plan, zones, wire } = planOf({ STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail,mta-sts", MAIL_TLS_NAMES: "imap.one.test,mx.other.net,mta-sts.one.test" }, KNOWN);
  expect(short(all(plan), "A").filter((one) => /^(imap|mx|mta-sts)\./.test(one))).toEqual(["imap.one.test 192.0.2.25", "mx.other.net 192.0.2.25", "mta-sts.one.test 192.0.2.25"]);
  expect(short(all(plan), "CAA").filter((one) => one.startsWith("imap.one.test"))).toHaveLength(2);
  expect(zones.map(({ origin }) => origin)).toEqual(["one.test", "mx.other.net"]);
  expect(wire.routes.find(({ sni }) => sni)?.sni).toEqual(["mail.one.test", "mta-sts.one.test", "imap.one.test", "mx.other.net"]);
});

describe("an edge with a private address", () => {
  test("without its outer one: nothing of it in public, and the reason", () => {
    const { plan } = planOf({ EDGE_IPV4: "192.168.7.5" });
    expect(JSON.stringify([all(plan), plan.reverse])).not.toContain("192.168.7.5");
    expect(plan.missing.filter(({ what }) => what === "address").map(({ name }) => name)).toEqual(["mail.one.test", "mta-sts.one.test", "autoconfig.one.test", "autodiscover.one.test"]);
    expect(plan.missing.find(({ what }) => what === "address")?.why).toMatch(/192\.168\.7\.5 .*set EDGE_PUBLIC_IPV4/);
  });
  test("with its outer one: that one everywhere, also in PTR", () => {
    const { plan } = planOf({ EDGE_IPV4: "192.168.7.5", EDGE_PUBLIC_IPV4: "203.0.113.7" });
    expect(short(plan.host.records, "A")).toEqual(["mail.one.test 203.0.113.7"]);
    expect(plan.reverse.map(({ address }) => address)).toEqual(["203.0.113.7"]);
    expect(plan.missing.filter(({ what }) => what === "address")).toEqual([]);
  });
  test("a private IPv6 address is not announced", () => expect(short(all(planOf({ EDGE_IPV6: "fd00::5" }).plan), "AAAA")).toEqual([]));
});

test("the digest of clients' settings stands where they are served, as the server says it", () => {
  const autoConfig = [{ name: "_ua-auto-config.one.test", text: "v=UAAC1; a=sha256; d=abc=" }];
  expect(textsAt(planOf({ WEB_NAMES: "ua-auto-config" }, { ...KNOWN, autoConfig }).plan, "_ua-auto-config.one.test")).toEqual(["v=UAAC1; a=sha256; d=abc="]);
  expect(textsAt(planOf({}, { ...KNOWN, autoConfig }).plan, "_ua-auto-config.one.test")).toEqual([]);
});

describe("changes that others remember", () => {
  const steps = (overrides: Record<string, string>): string => planOf(overrides).plan.transitions.join("\n");
  test.each<[what: string, overrides: Record<string, string>, said: RegExp]>([
    ["MTA-STS to enforce, after a week", {}, /MTA-STS to enforce: after 7 days/],
    ["MTA-STS to none, by way of testing and max_age", { MTA_STS_MODE: "none" }, /First MTA_STS_MODE=testing.*wait 8 days.*take _mta-sts\.one\.test away, and last mta-sts out of WEB_NAMES/],
    ["DMARC, one step", {}, /DMARC to quarantine: after 7 days/],
    ["DMARC, the next", { DNS_DMARC: "quarantine" }, /DMARC to reject/],
    ["a new key under TLSA", { DNS_TLSA: "true", DNS_TTL: "600", STALWART_ACME_PROVIDER: "spaceship" }, /new record stands beside the old one for 1200 s/],
    ["TLSA away", { DNS_TLSA: "true", STALWART_ACME_PROVIDER: "spaceship" }, /take the record away first, wait 7200 s/],
  ])("%s", (_what, overrides, said) => expect(steps(overrides)).toMatch(said));
  test("nothing where nothing is to come", () => expect(steps({ EDGE_WEB: "mail-only", DNS_DMARC: "reject" })).toBe(""));
});

describe("a mail host outside the mail domains", () => {
  const { plan, zones } = planOf({ MAIL_HOSTNAME: "mail.other.net", MAIL_EGRESS: "203.0.113.9" });
  test("has a zone of its own, SPF for HELO and a DMARC policy", () => {
    expect(zones.map(({ origin }) => origin)).toEqual(["one.test", "mail.other.net"]);
    expect(zones[1].records.map((one) => `${one.name} ${one.type} ${dataOf(one)}`)).toEqual([
      "mail.other.net A 192.0.2.25",
      "out.mail.other.net A 203.0.113.9",
      "mail.other.net TXT v=spf1 ip4:203.0.113.9 -all",
      "_dmarc.mail.other.net TXT v=DMARC1; p=none; rua=mailto:postmaster@one.test",
    ]);
  });
  test("the domain that gets its reports agrees (RFC 7489 section 7.1)", () => expect(textsAt(plan, "mail.other.net._report._dmarc.one.test")).toEqual(["v=DMARC1"]));
});

describe("reports", () => {
  test("to another of the domains: it agrees by a record", () => {
    const { plan } = planOf({ MAIL_DOMAIN: "one.test,two.test", DNS_REPORTS: "dmarc@one.test", DNS_DMARC: "quarantine" });
    expect(textsAt(plan, "_dmarc.two.test")).toEqual(["v=DMARC1; p=quarantine; rua=mailto:dmarc@one.test"]);
    expect(textsAt(plan, "two.test._report._dmarc.one.test")).toEqual(["v=DMARC1"]);
    expect(plan.notes).toEqual([]);
  });
  test("to a name below it: nobody has to agree", () => expect(all(planOf({ DNS_REPORTS: "d@reports.one.test" }).plan).filter(({ name }) => name.includes("_report"))).toEqual([]));
  test("to a stranger: that is said", () => expect(planOf({ DNS_REPORTS: "x@reports.example" }).plan.notes).toEqual([expect.stringContaining("one.test._report._dmarc.reports.example has a TXT record v=DMARC1")]));
});

describe("the mailbox's own addresses", () => {
  test("get a name that leads back to them, since the mail host's leads to the edge", () => {
    const { plan } = planOf({ MAIL_EGRESS: "203.0.113.9,2001:db8:0:1::9,198.51.100.0/24" });
    expect(all(plan).filter(({ name }) => name === "out.mail.one.test").map(dataOf)).toEqual(["203.0.113.9", "2001:db8:0:1::9"]);
    expect(plan.reverse.map(({ address, target, owner }) => `${address} ${target} ${owner}`)).toEqual(["192.0.2.25 mail.one.test edge", "203.0.113.9 out.mail.one.test mailbox", "2001:db8:0:1::9 out.mail.one.test mailbox"]);
  });
  test("need none where edge and mailbox are one machine", () => expect(planOf({ MAIL_EGRESS: "192.0.2.25" }).plan.reverse.map(({ target }) => target)).toEqual(["mail.one.test"]));
});

test("a domain inside another goes into its own zone", () => {
  const { zones } = planOf({ MAIL_DOMAIN: "one.test,sub.one.test" });
  expect(zones.map(({ origin, records }) => [origin, records.some(({ name }) => name === "_dmarc.sub.one.test")])).toEqual([["one.test", false], ["sub.one.test", true]]);
});

test("for any contract: names with addresses are the mail host and what the edge sends to the mailbox; MX and SRV name the host, never an address", () => {
  fc.assert(
    fc.property(
      fc.subarray(["one.test", "two.test", "sub.one.test"], { minLength: 1 }),
      fc.subarray(["mta-sts", "autoconfig", "autodiscover", "ua-auto-config", "mail"], { minLength: 1 }),
      fc.subarray(MAIL_LINES.filter((name) => name !== "smtp")),
      (domains, web, lines) => {
        const { wire, plan, zones } = planOf({ MAIL_DOMAIN: domains.join(), WEB_NAMES: web.join(), PUBLIC_LINES: ["smtp", ...lines].join() });
        const sni = wire.routes.flatMap((route) => route.sni ?? []);
        const addressed = all(plan).filter(({ type }) => type === "A").map(({ name }) => name);
        expect([...addressed].sort()).toEqual([...new Set([`mail.${domains[0]}`, ...sni])].sort());
        for (const one of all(plan)) {
          if (one.type === "MX") expect(one.exchange).toBe(`mail.${domains[0]}`);
          if (one.type === "SRV") expect(wire.routes.map((route) => route.port)).toContain(one.port);
        }
        const placed = zones.flatMap(({ records }) => records);
        expect(placed).toHaveLength(all(plan).length - plan.reverse.length);
        expect(new Set(placed.map((one) => `${one.name} ${one.type} ${dataOf(one)}`)).size).toBe(placed.length);
      },
    ),
    { numRuns: 100 },
  );
});
