import { spfLookups, type Lookup } from "../../lib/dns";
import { planOf, textsAt } from "./zones";

/** The text at the domain, and the one at the mail host's own name (HELO). */
const spfs = (overrides: Record<string, string>): string[] => {
  const { plan } = planOf(overrides);
  return [...textsAt(plan, "one.test"), ...textsAt(plan, "mail.one.test")];
};

describe("what SPF holds, by the way that mail leaves (RFC 7208)", () => {
  test.each<[what: string, overrides: Record<string, string>, terms: string]>([
    ["direct: the mailbox's own address, not the edge's", { MAIL_EGRESS: "203.0.113.9" }, "ip4:203.0.113.9"],
    ["direct, with IPv6 and a network", { MAIL_EGRESS: "203.0.113.8/29,2001:db8:0:1::9" }, "ip4:203.0.113.8/29 ip6:2001:db8:0:1::9"],
    ["a smarthost: its name's addresses", { STALWART_SMARTHOST: "smtp.relay.test:465" }, "a:smtp.relay.test"],
    ["a smarthost by address", { STALWART_SMARTHOST: "198.51.100.77" }, "ip4:198.51.100.77"],
    ["a smarthost whose maker is known", { STALWART_SMARTHOST: "email-smtp.eu-west-1.amazonaws.com" }, "include:amazonses.com"],
    ["a smarthost, in its maker's words", { STALWART_SMARTHOST: "smtp.relay.test", DNS_SPF_ALSO: "include:spf.relay.test" }, "include:spf.relay.test"],
    ["both", { STALWART_SMARTHOST: "smtp.relay.test", MAIL_EGRESS: "203.0.113.9", DNS_SPF_ALSO: "include:spf.relay.test,mx" }, "ip4:203.0.113.9 include:spf.relay.test mx"],
    ["direct, by a name of one's own", { MAIL_EGRESS: "home.example.net" }, "a:home.example.net"],
    ["direct, and another sender", { MAIL_EGRESS: "203.0.113.9", DNS_SPF_ALSO: "include:_spf.google.com" }, "ip4:203.0.113.9 include:_spf.google.com"],
    ["a known smarthost, and another sender", { STALWART_SMARTHOST: "smtp.mailgun.org", DNS_SPF_ALSO: "include:_spf.google.com" }, "include:mailgun.org include:_spf.google.com"],
    ["a known smarthost, said twice", { STALWART_SMARTHOST: "smtp.mailgun.org", DNS_SPF_ALSO: "include:mailgun.org" }, "include:mailgun.org"],
    ["an unknown smarthost, and another sender", { STALWART_SMARTHOST: "smtp.relay.test", DNS_SPF_ALSO: "include:_spf.google.com" }, "a:smtp.relay.test include:_spf.google.com"],
    ["a smarthost under a public suffix, and another sender there", { STALWART_SMARTHOST: "relay.co.uk", DNS_SPF_ALSO: "include:spf.other.co.uk" }, "a:relay.co.uk include:spf.other.co.uk"],
    ["a machine that somebody rents from a provider", { STALWART_SMARTHOST: "ec2-203-0-113-9.compute-1.amazonaws.com" }, "a:ec2-203-0-113-9.compute-1.amazonaws.com"],
    ["a relay of one's own network, with what it goes out by", { STALWART_SMARTHOST: "10.0.0.5:25", MAIL_EGRESS: "203.0.113.9" }, "ip4:203.0.113.9"],
    ["a relay by a bare name, with what it goes out by", { STALWART_SMARTHOST: "relay", DNS_SPF_ALSO: "include:spf.relay.test" }, "include:spf.relay.test"],
  ])("%s", (_what, overrides, terms) => {
    expect(spfs(overrides)).toEqual([`v=spf1 ${terms} ~all`, `v=spf1 ${terms} -all`]);
  });
  test.each<[what: string, overrides: Record<string, string>, why: RegExp]>([
    ["direct, and only others are named", { STALWART_SMARTHOST: "direct", DNS_SPF_ALSO: "include:_spf.google.com" }, /nobody said with which address: set MAIL_EGRESS/],
    ["a private relay", { STALWART_SMARTHOST: "10.0.0.5:25" }, /the smarthost 10\.0\.0\.5, a private address/],
    ["a bare name", { STALWART_SMARTHOST: "relay" }, /the smarthost relay, a name without a dot/],
    ["a name of one's own network", { STALWART_SMARTHOST: "relay.lan" }, /a name that only your own network knows/],
    ["a name in the tailnet", { STALWART_SMARTHOST: "relay.tail0000.ts.net" }, /a name that only your own network knows/],
  ])("%s: no record, and the reason", (_what, overrides, why) => {
    expect(spfs(overrides)).toEqual([]);
    expect(planOf(overrides).plan.missing.filter(({ what }) => what === "SPF")).toEqual([expect.objectContaining({ name: "one.test", why: expect.stringMatching(why) as string })]);
  });
  test("a rented machine is doubted", () => expect(planOf({ STALWART_SMARTHOST: "ec2-203-0-113-9.compute-1.amazonaws.com" }).plan.notes).toEqual([expect.stringMatching(/by its own addresses/)]));
  test("in earnest", () => expect(spfs({ MAIL_EGRESS: "203.0.113.9", DNS_SPF_ALL: "fail" })[0]).toBe("v=spf1 ip4:203.0.113.9 -all"));
  test("a mail host that is a mail domain has one record, not two", () => expect(spfs({ MAIL_HOSTNAME: "one.test", MAIL_EGRESS: "203.0.113.9" })).toEqual(["v=spf1 ip4:203.0.113.9 ~all"]));
  test("too long for a packet: that is said", () => {
    const many = Array.from({ length: 30 }, (_, n) => `203.0.113.${n + 1}`).join(",");
    expect(planOf({ MAIL_EGRESS: many }).plan.notes).toEqual([expect.stringMatching(/^SPF has \d{3} bytes: an answer with more than 450/)]);
  });
});

describe("ten look-ups (RFC 7208 section 4.6.4)", () => {
  const zone = (records: Record<string, string[]>): Lookup => async (name) => records[name] ?? [];
  const chain = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`s${n}.test`, ["other=text", `v=spf1 include:s${n + 1}.test -all`]]));
  test.each<[what: string, record: string, records: Record<string, string[]>, count: number, problem: RegExp | undefined]>([
    ["addresses are free", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all", {}, 0, undefined],
    ["each name costs one", "v=spf1 a mx a:x.test/24 mx:x.test exists:%{i}.x.test ?ptr ~all", {}, 6, undefined],
    ["an include costs one, and what it costs", "v=spf1 include:x.test -all", { "x.test": ["v=spf1 a mx ip4:192.0.2.1 -all"] }, 3, undefined],
    ["so does a redirect", "v=spf1 redirect=x.test", { "x.test": ["v=spf1 a -all"] }, 2, undefined],
    ["ten are well", `v=spf1 ${"a ".repeat(10)}-all`, {}, 10, undefined],
    ["eleven are too many", `v=spf1 ${"a ".repeat(11)}-all`, {}, 11, /^11 look-ups, 10 are allowed$/],
    ["a long chain", "v=spf1 include:s0.test -all", { ...chain, "s20.test": ["v=spf1 -all"] }, 21, /^21 look-ups/],
    ["a chain without end", "v=spf1 include:x.test -all", { "x.test": ["v=spf1 include:x.test -all"] }, 31, /^more than 30/],
    ["an include of nothing", "v=spf1 include:x.test a -all", {}, 1, /^include of x\.test, which has no SPF record$/],
    ["an include of two", "v=spf1 include:x.test -all", { "x.test": ["v=spf1 -all", "v=spf1 a -all"] }, 1, /^include of x\.test, which has 2 SPF records$/],
  ])("%s", async (_what, record, records, count, problem) => {
    expect(await spfLookups(record, zone(records))).toEqual({ count, problem: problem === undefined ? undefined : (expect.stringMatching(problem) as string) });
  });
});
