import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changes, knownOf, since } from "../../lib/doctor/daily";
import { checkOf, outcomeOf } from "./outcomes";

const certificate = checkOf("certificate");
const days = (left: number) => outcomeOf(certificate, "fault", [{ where: "imaps", what: `only ${left} days left`, key: "few days" }]);

describe("what is new since yesterday", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-daily-"));
    file = join(folder, "known.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("everything, the first time; nothing, the second", () => {
    expect(since(file, [days(9)])[0]).toContain("FAULT: certificate: imaps");
    expect(since(file, [days(9)])).toEqual([]);
  });
  test("a number that changes from day to day is no news", () => {
    since(file, [days(9)]);
    expect(since(file, [days(8)])).toEqual([]);
  });
  test("what is mended is said once", () => {
    since(file, [days(9)]);
    expect(since(file, [outcomeOf(certificate, "well")])).toEqual(["gone: FAULT: certificate: imaps"]);
    expect(since(file, [outcomeOf(certificate, "well")])).toEqual([]);
  });
  test("the same fault at another place is news", () => {
    since(file, [days(9)]);
    const both = outcomeOf(certificate, "fault", [...days(9).findings, { where: "smtp", what: "only 9 days left", key: "few days" }]);
    expect(since(file, [both])).toEqual([expect.stringContaining("FAULT: certificate: smtp")]);
  });
  test("that something could not be asked is news once, whatever the reason", () => {
    expect(since(file, [outcomeOf(certificate, "unknown", [], "no answer within 8 s")])).toEqual(["certificate: could not be asked: no answer within 8 s"]);
    expect(since(file, [outcomeOf(certificate, "unknown", [], "refused")])).toEqual([]);
  });
  test("a fault is not gone while nobody can look", () => {
    since(file, [days(9)]);
    expect(since(file, [outcomeOf(certificate, "unknown", [], "away")])).toEqual(["certificate: could not be asked: away"]);
    expect(since(file, [days(8)])).toEqual(["gone: certificate: could not be asked: away"]);
  });
  test("nor while only others are looked at (--only)", () => {
    since(file, [days(9)]);
    expect(since(file, [outcomeOf(checkOf("banner"), "well")])).toEqual([]);
    expect(since(file, [days(9)])).toEqual([]);
  });
  test("a file that cannot be read counts as empty, and is mended", () => {
    writeFileSync(file, "{");
    expect(since(file, [days(9)])).toHaveLength(1);
    expect(Object.keys(JSON.parse(readFileSync(file, "utf8")) as object)).toEqual(["certificate imaps few days"]);
  });
  test("only its owner may read the file", () => {
    since(file, [days(9)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

test("what is well or not needed is not known of", () => expect(knownOf([outcomeOf(certificate, "well"), outcomeOf(certificate, "needless", [], "x")])).toEqual({}));
test("without a key the text itself tells findings apart", () => expect(Object.keys(knownOf([outcomeOf(certificate, "fault", [{ where: "a", what: "b" }])]))).toEqual(["certificate a b"]));
test("new and gone in one run", () => expect(changes({ old: "first\nsecond" }, { fresh: "third" })).toEqual(["third", "gone: first"]));
