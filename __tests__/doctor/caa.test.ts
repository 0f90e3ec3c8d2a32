import { caaProperty, forbids, pinnedAccounts, relevantCaa, type Applicant, type RelevantCaa } from "../../lib/doctor/caa";

const ACCOUNT = "https://acme.example/acct/1";
const CA: Applicant = { identities: ["ca.example"], account: ACCOUNT, method: "dns-01" };
const at = (...texts: string[]): RelevantCaa => ({ at: "one.test", properties: texts.map(caaProperty) });
const issue = (value: string): string => `0 issue "${value}"`;
const wild = (value: string): string => `0 issuewild "${value}"`;

describe("who may issue (RFC 8659, RFC 8657)", () => {
  // The fourth column is a piece of the reason; none when a certificate may be issued.
  test.each<[why: string, records: string[], name: string, refusal: string | undefined]>([
    ["a property without issue restricts nobody (8659, 4.2)", ['0 iodef "mailto:a@one.test"'], "one.test", undefined],
    ["the authority is named", [issue("ca.example")], "one.test", undefined],
    ["another authority is named", [issue("other.example")], "one.test", "names other.example, not ca.example"],
    ["one of several is enough", [issue("other.example"), issue("ca.example")], "one.test", undefined],
    ["an empty issuer forbids everybody (8659, 4.2)", [issue(";")], "one.test", "names nobody"],
    ["an empty value too", [issue("")], "one.test", "names nobody"],
    ["an empty issuer beside a named one adds nothing", [issue(";"), issue("ca.example")], "one.test", undefined],
    ["names are compared without case", [issue("CA.Example")], "one.test", undefined],
    ["tags too (8659, 4.1)", ['0 ISSUE "other.example"'], "one.test", "names other.example"],
    ["blanks around the issuer and its parameters count for nothing", [issue("  ca.example ; accounturi = https://acme.example/acct/1 ")], "one.test", undefined],
    ["a parameter without a value breaks the grammar: nobody", [issue("ca.example; accounturi")], "one.test", "names nobody"],
    ["a parameter with a blank in its value too", [issue("ca.example; x=a b")], "one.test", "names nobody"],
    ["unknown parameters are passed over", [issue("ca.example; policy=ev")], "one.test", undefined],
    ["a critical property that nobody knows (8659, 4.1)", [issue("ca.example"), '128 tbs "x"'], "one.test", "critical property tbs"],
    ["one that is not critical", [issue("ca.example"), '0 tbs "x"'], "one.test", undefined],
    ["a critical property that everybody knows", ['128 issue "ca.example"'], "one.test", undefined],
    ["issuewild counts for wildcards only (8659, 4.3)", [issue("ca.example"), wild(";")], "one.test", undefined],
    ["and there in place of issue", [issue("ca.example"), wild(";")], "*.one.test", "names nobody"],
    ["issuewild alone restricts no plain name", [wild("other.example")], "one.test", undefined],
    ["without issuewild issue counts for wildcards", [issue("other.example")], "*.one.test", "names other.example"],
    ["issuewild allows what issue forbids", [issue(";"), wild("ca.example")], "*.one.test", undefined],
    ["the right account (8657, 3)", [issue(`ca.example; accounturi=${ACCOUNT}`)], "one.test", undefined],
    ["another account", [issue("ca.example; accounturi=https://acme.example/acct/2")], "one.test", "is pinned to the account https://acme.example/acct/2, and this one is https://acme.example/acct/1"],
    ["the account is compared as it is", [issue(`ca.example; accounturi=${ACCOUNT.toUpperCase()}`)], "one.test", "is pinned"],
    ["one of two accounts", [issue("ca.example; accounturi=https://acme.example/acct/2"), issue(`ca.example; accounturi=${ACCOUNT}`)], "one.test", undefined],
    ["the challenge is among the methods (8657, 4)", [issue("ca.example; validationmethods=http-01,dns-01")], "one.test", undefined],
    ["and is not", [issue("ca.example; validationmethods=http-01,tls-alpn-01")], "one.test", "allows the methods http-01,tls-alpn-01, not dns-01"],
    ["account and method both count", [issue(`ca.example; accounturi=${ACCOUNT}; validationmethods=http-01`)], "one.test", "allows the methods http-01"],
    ["names of parameters are compared without case", [issue(`ca.example; AccountURI=https://acme.example/acct/2`)], "one.test", "is pinned"],
  ])("%s", (_why, records, name, refusal) => {
    const said = forbids(at(...records), name, CA);
    if (refusal === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(refusal);
  });

  test("no records, no restriction", () => expect(forbids(undefined, "one.test", CA)).toBeUndefined());
  test("who does not say an account is refused where one is asked for", () => expect(forbids(at(issue(`ca.example; accounturi=${ACCOUNT}`)), "one.test", { identities: ["ca.example"] })).toContain("is pinned"));
  test("accounts that are pinned", () => expect(pinnedAccounts(at(issue(`ca.example; accounturi=${ACCOUNT}`), issue("ca.example"), '0 iodef "x; accounturi=y"'))).toEqual([ACCOUNT]));
});

describe("which records count (RFC 8659, section 3)", () => {
  const zone: Record<string, string[]> = { "one.test": ['0 issue "ca.example"'], "deep.a.one.test": ['0 issue ";"'] };
  const asked: string[] = [];
  const lookup = (name: string): Promise<string[]> => (asked.push(name), Promise.resolve(zone[name] ?? []));

  test.each([
    ["one.test", "one.test"],
    ["mail.one.test", "one.test"],
    ["x.a.one.test", "one.test"],
    ["deep.a.one.test", "deep.a.one.test"],
    ["*.one.test", "one.test"],
    ["mail.two.test", undefined],
  ])("%s has those at %s", async (name, where) => expect((await relevantCaa(lookup, name))?.at).toBe(where));

  test("the climb ends at the first that has any, and never asks the root", async () => {
    asked.length = 0;
    await relevantCaa(lookup, "a.mail.two.test");
    expect(asked).toEqual(["a.mail.two.test", "mail.two.test", "two.test", "test"]);
  });
  test("fails when a name above does not answer: what nobody saw forbids or allows nothing", async () => {
    const silent = (name: string): Promise<string[]> => (name === "one.test" ? Promise.reject(new Error("1.1.1.1 answers SERVFAIL")) : Promise.resolve([]));
    await expect(relevantCaa(silent, "mail.one.test")).rejects.toThrow("SERVFAIL");
  });
});
