import { readFileSync } from "node:fs";
import { listName, refuses } from "../../lib/doctor/blocklists";
import { CHECKS } from "../../lib/doctor/checks";
import { ANSWERS } from "../../lib/doctor/dialog";
import { readPolicy, takes } from "../../lib/doctor/mta-sts";
import { settled, together } from "../../lib/doctor/settled";
import { lifeOf } from "../../lib/doctor/validity";

describe("a certificate's life", () => {
  const now = new Date("2030-06-01T00:00:00Z");
  const at = (from: number, to: number) => lifeOf({ validFrom: new Date(now.getTime() + from * 86_400_000).toUTCString(), validTo: new Date(now.getTime() + to * 86_400_000).toUTCString() }, now);
  test.each([
    ["of 90 days", -60, 30, "fine"],
    ["of 90 days", -69, 21, "fine"],
    ["of 90 days", -70, 20, "soon"],
    ["of 90 days", -76, 14, "soon"],
    ["of 90 days", -77, 13, "urgent"],
    ["of 90 days", -90, 0, "over"],
    ["of 90 days", 1, 91, "not yet"],
    ["of 6 days: half of it is no reason to worry", -3, 3, "fine"],
    ["of 6 days", -4.6, 1.4, "soon"],
    ["of 6 days", -5.2, 0.8, "urgent"],
    ["of a year", -345, 20, "soon"],
    ["of a year", -352, 13, "urgent"],
  ])("%s, from %d to %d: %s", (_, from, to, state) => expect(at(from, to).state).toBe(state));
});

describe("a policy of MTA-STS (RFC 8461)", () => {
  test("keys, in any order, mx often, with any line end", () =>
    expect(readPolicy("mode: enforce\r\nmx: Mail.one.test\nmx: *.two.test\r\nversion: STSv1\r\nmax_age: 86400\r\n")).toEqual({ version: "STSv1", mode: "enforce", mx: ["mail.one.test", "*.two.test"], maxAge: 86400 }));
  test("a page is none", () => expect(readPolicy("<html>welcome</html>")).toEqual({ mx: [] }));
  test.each([
    ["mail.one.test", "mail.one.test", true],
    ["*.one.test", "mail.one.test", true],
    ["*.one.test", "a.mail.one.test", false],
    ["*.one.test", "one.test", false],
    ["mail.one.test", "mail2.one.test", false],
  ])("%s takes %s: %s", (pattern, host, so) => expect(takes(pattern, host)).toBe(so));
});

describe("blocklists (RFC 5782)", () => {
  test("an IPv4 address, backwards", () => expect(listName("203.0.113.25", "zen.test")).toBe("25.113.0.203.zen.test"));
  test("an IPv6 address, digit by digit", () => expect(listName("2001:db8::1", "zen.test")).toBe(`1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.test`));
  test.each([[["127.255.255.254"], true], [["127.0.0.2"], false], [[], false]])("%j refuses the resolver: %s", (answers, so) => expect(refuses(answers)).toBe(so));
});

describe("whole answers", () => {
  test.each([
    [ANSWERS.smtp, "250-one\r\n250-STARTTLS\r\n", false],
    [ANSWERS.smtp, "250-one\r\n250 STARTTLS\r\n", true],
    [ANSWERS.smtp, "220 mail", false],
    [ANSWERS.smtp, "554 5.7.1 no\r\n", true],
    [ANSWERS.imapTagged, "* CAPABILITY IMAP4rev2\r\n", false],
    [ANSWERS.imapTagged, "* CAPABILITY IMAP4rev2\r\na1 OK begin\r\n", true],
    [ANSWERS.sieve, '"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\n', false],
    [ANSWERS.sieve, '"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK ready\r\n', true],
  ])("%s: %j %s", (pattern, text, whole) => expect(pattern.test(text)).toBe(whole));
});

describe("several places", () => {
  const silent = (): Promise<string[]> => Promise.reject(new Error("away"));
  test("what was found counts though another is silent", async () => expect(await settled([Promise.resolve(["x"]), silent()])).toEqual(["x"]));
  test("fails when nothing was found and one is silent", async () => expect(settled([Promise.resolve([]), silent()])).rejects.toThrow("away"));
  test("nothing is found when all answer well", async () => expect(await settled([Promise.resolve([]), Promise.resolve([])])).toEqual([]));
  test("the same words are said once", () => expect([...together([{ where: "a", what: "x" }, { where: "b", what: "y" }, { where: "c", what: "x" }])]).toEqual([["x", ["a", "c"]], ["y", ["b"]]]));
});

describe("every check's words", () => {
  test("names are the files', each once", () => expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length));
  test("a lesson is a heading of docs/LESSONS.md", () => {
    const anchors = [...readFileSync("docs/LESSONS.md", "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w\- ]/g, "").replace(/ /g, "-"));
    expect(CHECKS.filter(({ lesson }) => lesson !== undefined && !anchors.includes(lesson)).map(({ name }) => name)).toEqual([]);
  });
  test.each(CHECKS.map((check) => [check.name, check] as const))("%s ends within 30 s and speaks in whole lines", (_, { seconds = 10, proves, symptom, cause, fix }) => {
    expect(seconds).toBeLessThanOrEqual(30);
    for (const text of [proves, symptom, cause, fix]) {
      expect(text).not.toMatch(/\n|\.$|^\s*$/);
      expect(text).toBe(text.trim());
    }
  });
});
