import { zoneOf } from "../../lib/dns/authority";
import { renderForms, renderJson, renderZones, stringsOf, type DnsRecord } from "../../lib/dns";
import { LARGE } from "../deployment";
import { KNOWN, planOf } from "./zones";

describe("strings of a TXT record (RFC 1035 section 3.3)", () => {
  test.each([
    [0, [0]],
    [255, [255]],
    [256, [255, 1]],
    [510, [255, 255]],
    [511, [255, 255, 1]],
  ])("%i bytes", (length, parts) => {
    const strings = stringsOf("x".repeat(length));
    expect(strings.map((one) => one.length)).toEqual(parts);
    expect(strings.join("")).toHaveLength(length);
  });
  test("a letter of two bytes counts twice", () => expect(stringsOf("é".repeat(128)).map((one) => one.length)).toEqual([255, 1]));
});

describe("a zone file", () => {
  const text = (record: Partial<DnsRecord>): string => {
    const whole = { name: "a.one.test", owner: "mailbox", purpose: "", ...record } as DnsRecord;
    return renderZones([{ origin: "one.test", records: [whole], missing: [], holds: () => true }], { ttl: 60, reverse: [], notes: [], transitions: [] }).split("\n")[3];
  };
  test.each<[string, Partial<DnsRecord>, string]>([
    ["quotes and backslashes", { type: "TXT", text: 'a"b\\c;d' }, 'a  IN  TXT  "a\\"b\\\\c;d"'],
    ["bytes that are no letters", { type: "TXT", text: "é\t" }, 'a  IN  TXT  "\\195\\169\\009"'],
    ["long texts", { type: "TXT", text: "x".repeat(300) }, `a  IN  TXT  "${"x".repeat(255)}" "${"x".repeat(45)}"`],
    ["the zone itself", { name: "one.test", type: "MX", priority: 10, exchange: "mail.one.test" }, "@  IN  MX  10 mail.one.test."],
    ["a service that is not there", { type: "SRV", priority: 0, weight: 0, port: 0, target: "." }, "a  IN  SRV  0 0 0 ."],
    ["CAA", { type: "CAA", flags: 0, tag: "issuewild", value: ";" }, 'a  IN  CAA  0 issuewild ";"'],
    ["TLSA", { name: "_25._tcp.one.test", type: "TLSA", usage: 3, selector: 1, matching: 1, data: "ab" }, "_25._tcp  IN  TLSA  3 1 1 ab"],
  ])("%s", (_what, record, line) => expect(text(record)).toBe(line));

  test("of the large deployment, with what is missing", () => {
    const { plan, zones } = planOf({ ...LARGE, MAIL_DOMAIN: "one.test,bücher.test", DNS_TTL: "300" });
    expect(renderZones(zones, plan)).toMatchSnapshot();
  });
});

test("a table for a provider's form: names as its fields want them, priority by itself, texts without quotes", () => {
  const { plan, zones } = planOf({ MAIL_EGRESS: "203.0.113.9" }, KNOWN);
  const lines = renderForms(zones, plan, new Map([["one.test", "one.test"]])).split("\n");
  expect(lines.slice(0, 2)).toEqual(["# one.test", expect.stringMatching(/^name +type +priority +ttl +value$/)]);
  const row = (name: string, type: string): string[] | undefined => lines.map((line) => line.split(/ {2,}/)).find((cells) => cells[0] === name && cells[1] === type);
  expect(row("@", "MX")?.slice(2)).toEqual(["10", "3600", "mail.one.test"]);
  expect(row("_imaps._tcp", "SRV")?.slice(2)).toEqual(["0", "3600", "1 993 mail.one.test"]);
  expect(row("@", "TXT")?.slice(2)).toEqual(["3600", "v=spf1 ip4:203.0.113.9 ~all"]);
  expect(row("203.0.113.9", "PTR")).toEqual(["203.0.113.9", "PTR", "out.mail.one.test"]);
});

describe("names in a form", () => {
  const table = (overrides: Record<string, string>, real?: ReadonlyMap<string, string>): string => {
    const { plan, zones } = planOf({ MAIL_EGRESS: "203.0.113.9", ...overrides }, KNOWN);
    return renderForms(zones, plan, real);
  };
  const names = (text: string): string[] => text.split("\n").flatMap((line) => /^(\S+) +(A|MX|TXT) +/.exec(line)?.[1] ?? []);
  test.each<[what: string, overrides: Record<string, string>, real: ReadonlyMap<string, string> | undefined]>([
    ["nobody was asked", {}, undefined],
    ["the mail host is another's", { MAIL_HOSTNAME: "mx1.hoster.test" }, undefined],
  ])("%s: whole names, and no @", (_what, overrides, real) => {
    const text = table(overrides, real);
    expect(names(text)).not.toContain("@");
    expect(names(text)).toContain("one.test");
    expect(text).toContain("# one.test: whole names; which zone holds them was not asked");
  });
  test("a mail host in a zone of somebody else is relative to that zone, never to itself", () => {
    const text = table({ MAIL_HOSTNAME: "mx1.hoster.test" }, new Map([["one.test", "one.test"], ["mx1.hoster.test", "hoster.test"]]));
    const part = text.slice(text.indexOf("# mx1.hoster.test: names as in the zone hoster.test"));
    expect(names(part).slice(0, 3)).toEqual(["mx1", "out.mx1", "mx1"]);
  });
  test("a domain below a zone is relative to the zone", () => {
    const text = table({ MAIL_DOMAIN: "team.one.test" }, new Map([["team.one.test", "one.test"]]));
    expect(names(text)).toContain("team");
    expect(names(text)).toContain("mail.team");
    expect(names(text)).not.toContain("@");
  });
  test("the zone is found by its SOA, from the name upwards; no answer is no zone", async () => {
    const soa: Record<string, string[]> = { "hoster.test": ["ns.hoster.test x 1 2 3 4 5"] };
    expect(await zoneOf("mx1.sub.hoster.test", async (name) => soa[name] ?? [])).toBe("hoster.test");
    expect(await zoneOf("mx1.nobody.test", async (name) => soa[name] ?? [])).toBeUndefined();
    expect(await zoneOf("mx1.hoster.test", () => Promise.reject(new Error("SERVFAIL")))).toBeUndefined();
  });
});

test("JSON has every record with its fields and its text", () => {
  const { plan, zones } = planOf();
  const { ttl, zones: parsed } = JSON.parse(renderJson(zones, plan)) as { ttl: number; zones: { origin: string; records: object[]; missing: object[] }[] };
  expect(ttl).toBe(3600);
  expect(parsed[0]).toMatchObject({ origin: "one.test", missing: [{ what: "SPF" }, { what: "DKIM" }] });
  expect(parsed[0].records).toContainEqual(expect.objectContaining({ name: "one.test", type: "MX", priority: 10, exchange: "mail.one.test", data: "10 mail.one.test" }));
});
