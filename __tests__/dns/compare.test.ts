import { compare, dataOf, type Finding, type Lookup } from "../../lib/dns";
import { meaning, satisfies } from "../../lib/dns/compare";
import { merge } from "../../lib/dns/live";
import { renderDiff, statusOf } from "../../lib/dns/report";
import { LARGE } from "../deployment";
import { KNOWN, planOf, type Overrides } from "./zones";

type Change = (live: Map<string, string[]>) => void;

/** What the comparison finds in a zone that was right before the change. */
async function found(overrides: Overrides, change: Change): Promise<{ findings: readonly Finding[]; unanswered: readonly string[] }> {
  const { plan, zones } = planOf(overrides, KNOWN);
  const live = new Map<string, string[]>();
  for (const one of zones[0].records) live.set(`${one.name} ${one.type}`, [...(live.get(`${one.name} ${one.type}`) ?? []), dataOf(one)]);
  change(live);
  const lookup: Lookup = async (name, type) => {
    const answer = live.get(`${name} ${type}`) ?? [];
    if (answer.includes("SERVFAIL")) throw new Error(`SERVFAIL for ${name}`);
    return answer;
  };
  return compare(zones[0], plan, lookup);
}
const SENDS = { ...LARGE, STALWART_SMARTHOST: "198.51.100.77", MAIL_DOMAIN: "one.test" };
const SPF = "v=spf1 ip4:198.51.100.77 ~all";
const set = (key: string, ...values: string[]): Change => (live) => void live.set(key, values);

describe("a live zone", () => {
  test("that is as it should be", async () => expect(await found(SENDS, () => undefined)).toEqual({ findings: [], unanswered: [] }));
  test.each<[what: string, change: Change, finding: Finding]>([
    ["a record is missing", set("one.test MX"), { kind: "missing", name: "one.test", type: "MX", wanted: "10 mail.one.test" }],
    ["one of two addresses is missing", set("mail.one.test A", "192.0.2.25"), { kind: "missing", name: "mail.one.test", type: "A", wanted: "198.51.100.25" }],
    ["another mail server", set("one.test MX", "10 mx.other.test"), { kind: "different", name: "one.test", type: "MX", wanted: "10 mail.one.test", live: "10 mx.other.test" }],
    ["a second mail server", set("one.test MX", "10 mail.one.test", "20 mx.other.test"), { kind: "extra", name: "one.test", type: "MX", live: "20 mx.other.test" }],
    ["a tailnet-only line is announced", set("_imap._tcp.one.test SRV", "0 1 143 mail.one.test"), { kind: "extra", name: "_imap._tcp.one.test", type: "SRV", live: "0 1 143 mail.one.test" }],
    ["an IPv6 address that no edge has", set("mail.one.test AAAA", "2001:db8::25", "2001:db8::26"), { kind: "extra", name: "mail.one.test", type: "AAAA", live: "2001:db8::26" }],
    ["an old TLSA record, which stops mail", set("_25._tcp.mail.one.test TLSA", "3 1 1 ab"), { kind: "extra", name: "_25._tcp.mail.one.test", type: "TLSA", live: "3 1 1 ab" }],
    ["another policy", set("_dmarc.one.test TXT", "v=DMARC1; p=reject"), { kind: "different", name: "_dmarc.one.test", type: "TXT", wanted: "v=DMARC1; p=none; rua=mailto:postmaster@one.test", live: "v=DMARC1; p=reject" }],
    ["another account may issue", (live) => live.get("mail.one.test CAA")?.push('0 issue "ca.test"'), { kind: "extra", name: "mail.one.test", type: "CAA", live: '0 issue "ca.test"' }],
    ["two SPF records", set("one.test TXT", "v=spf1 mx -all", SPF), { kind: "extra", name: "one.test", type: "TXT", live: "v=spf1 mx -all", why: expect.stringMatching(/^two SPF records/) as string }],
    ["an alias for the mail host", set("mail.one.test CNAME", "edge.other.test"), { kind: "extra", name: "mail.one.test", type: "CNAME", live: "edge.other.test", why: expect.stringContaining("RFC 2181") as string }],
  ])("%s", async (_what, change, finding) => expect(await found(SENDS, change)).toEqual({ findings: [finding], unanswered: [] }));

  test.each<[what: string, change: Change]>([
    ["other texts at the domain", set("one.test TXT", SPF, "google-site-verification=abc", "v=spf10 no")],
    ["another spelling", (live) => ["one.test TXT", "_dmarc.one.test TXT"].forEach((key) => live.set(key, (live.get(key) ?? []).map((one) => one.replace(/; /g, " ;").replace("ip4", " IP4"))))],
    ["names of others", set("www.one.test A", "203.0.113.80")],
  ])("is not troubled by %s", async (_what, change) => expect((await found(SENDS, change)).findings).toEqual([]));

  test.each<[what: string, change: Change]>([
    ["a service that is said not to be here", set("_pop3s._tcp.one.test SRV", "0 0 0 .")],
    ["another priority of the only MX", set("one.test MX", "0 mail.one.test")],
    ["weight 0", set("_imaps._tcp.one.test SRV", "0 0 993 mail.one.test")],
    ["an SPF record with its defaults written out", set("one.test TXT", "v=spf1 +ip4:198.51.100.77/32 ~all")],
    ["a richer DMARC record", set("_dmarc.one.test TXT", "v=DMARC1; p=none; sp=quarantine; rua=mailto:a@reports.test,mailto:postmaster@ONE.test!10m; fo=1; adkim=s")],
    ["more addresses for reports on TLS", set("_smtp._tls.one.test TXT", "v=TLSRPTv1; rua=https://reports.test/tls,mailto:postmaster@one.test")],
  ])("has no difference by %s", async (_what, change) => expect(await found(SENDS, change)).toEqual({ findings: [], unanswered: [] }));
  test.each<[what: string, change: Change]>([
    ["a null MX", set("one.test MX", "0 .")],
    ["a service that is said not to be here, and is", set("_imaps._tcp.one.test SRV", "0 0 0 .")],
    ["a DMARC record without our address", set("_dmarc.one.test TXT", "v=DMARC1; p=none; rua=mailto:a@reports.test")],
    ["another network in SPF", set("one.test TXT", "v=spf1 ip4:198.51.100.77/31 ~all")],
  ])("is different by %s", async (_what, change) => expect((await found(SENDS, change)).findings).toEqual([expect.objectContaining({ kind: "different" })]));
  test("a policy that is not in force is not the policy", () => {
    const wanted = "v=DMARC1; p=reject; rua=mailto:a@one.test";
    expect(satisfies("TXT", wanted, `${wanted}; pct=100`)).toBe(true);
    expect(satisfies("TXT", wanted, `${wanted}; pct=20`)).toBe(false);
    expect(satisfies("TXT", wanted, `${wanted}; t=y`)).toBe(false);
    expect(satisfies("TXT", wanted, "v=DMARC1; p=Reject; rua=mailto:b@one.test , mailto:a@one.test")).toBe(true);
  });

  test("what could not be asked is said, and all else is compared", async () => {
    const { findings, unanswered } = await found(SENDS, (live) => {
      live.set("one.test MX", ["SERVFAIL"]);
      live.set("_smtp._tls.one.test TXT", []);
    });
    expect(unanswered).toEqual(["SERVFAIL for one.test"]);
    expect(findings).toHaveLength(1);
  });
  test("a value that nobody knows is not compared, but two SPF records are two", async () => {
    const DIRECT = { MAIL_EGRESS: undefined };
    expect((await found(DIRECT, set("one.test TXT", SPF))).findings).toEqual([]);
    expect((await found(DIRECT, set("one.test TXT", SPF, "v=spf1 -all"))).findings).toHaveLength(2);
  });
});

test.each([
  ["TXT", "v=DMARC1;p=none ; rua=mailto:a@one.test;", "v=DMARC1; p=none; rua=mailto:a@one.test", true],
  ["TXT", "v=DMARC1; p=none", "v=DMARC1; p=reject", false],
  ["TXT", "v=DKIM1; k=rsa; p=AbC", "v=DKIM1; k=rsa; p=abc", false],
  ["TXT", "V=spf1  A -ALL", "v=spf1 a -all", true],
  ["TXT", "v=DKIM1; k=rsa; p=Ab C", "v=DKIM1; p=AbC", true],
  ["TXT", "v=spf1 a mx -all", "v=spf1 mx a -all", true],
  ["TXT", "v=spf1 ?a mx -all", "v=spf1 mx ?a -all", false],
  ["TXT", "v=spf1 ip6:2001:DB8:0::/32 -all", "v=spf1 ip6:2001:db8::1/32 -all", true],
  ["TXT", "v=spf1 a -all ip4:192.0.2.1", "v=spf1 a -all", true],
  ["TXT", "v=spf1 a -all redirect=x.test", "v=spf1 a -all", true],
  ["TXT", "v=spf1 a redirect=x.test", "v=spf1 a -all", false],
  ["TXT", "v=spf1 a/32//128 include:x.test. ~all", "v=spf1 include:x.test a ~all", true],
  ["TXT", "v=spf1 ip4:192.0.2.1/33 -all", "v=spf1 ip4:192.0.2.1 -all", false],
  ["CAA", '0 issue "ca.test; validationmethods=dns-01,tls-alpn-01;accounturi=x"', '0 issue "ca.test;accounturi=x; validationmethods=tls-alpn-01,dns-01"', true],
  ["CAA", '0 issue "ca.test;accounturi=https://ca.test/1"', '0 issue "ca.test; accounturi=https://ca.test/1"', true],
  ["CAA", '0 ISSUE "ca.test"', '0 issue "ca.test"', true],
  ["CAA", '0 issue "ca.test"', '128 issue "ca.test"', false],
])("%s: %s and %s mean the same: %p", (type, one, other, same) => expect(meaning(type, one) === meaning(type, other)).toBe(same));

describe("two servers", () => {
  const finding = (live: string): Finding => ({ kind: "extra", name: "one.test", type: "MX", live });
  const differences = merge("one.test", [finding("a"), finding("b")], [finding("b"), finding("c")]);
  const diff = { zone: "one.test", servers: ["ns.one.test"], differences, unanswered: [] };
  test("what both say is said once, and what one says is on its way", () => {
    expect(differences.map(({ live, seen }) => `${live} ${seen}`)).toEqual(["a authoritative", "b both", "c resolver"]);
    expect(renderDiff([diff], { missing: [] }, ["192.0.2.53"]).split("\n").slice(0, 3)).toEqual([
      "extra  one.test  MX  a  only at the zone's own servers",
      "extra  one.test  MX  b",
      "extra  one.test  MX  c  only at the public resolver: still propagating",
    ]);
  });
  test("exit codes: 0 nothing, 2 something, 1 something could not be asked", () => {
    expect(statusOf([{ ...diff, differences: [] }])).toBe(0);
    expect(statusOf([diff])).toBe(2);
    expect(statusOf([diff, { ...diff, unanswered: ["no answer"] }])).toBe(1);
  });
  test("nothing differs: that is said too", () =>
    expect(renderDiff([{ ...diff, differences: [] }], { missing: [] }, ["192.0.2.53"])).toBe("no difference: one.test, at ns.one.test and at 192.0.2.53\n"));
});
