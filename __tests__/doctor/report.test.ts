import { asJson, closing, findingLines, progressLine } from "../../lib/doctor/report";
import { checkOf, outcomeOf } from "./outcomes";

const check = checkOf("banner", { lesson: "pitfalls" });
const found = { where: "smtp 192.0.2.25:25", what: "no greeting within 8 s" };
const fault = outcomeOf(check, "fault", [found, { ...found, where: "imaps 192.0.2.25:993" }]);

describe("a line as a check ends", () => {
  test.each([
    ["ok       banner                   1.3 s  banner is well", outcomeOf(check, "well")],
    ["FAULT    banner                   1.3 s  smtp 192.0.2.25:25, imaps 192.0.2.25:993", fault],
    ["?        banner                   1.3 s  nobody answers", outcomeOf(check, "unknown", [], "nobody answers")],
    ["-        banner                   1.3 s  no such line", outcomeOf(check, "needless", [], "no such line")],
    ["warn     soon                     1.3 s  here", outcomeOf(checkOf("soon", { severity: "warning" }), "fault", [{ where: "here", what: "soon over" }])],
  ])("%s", (line, outcome) => expect(progressLine(outcome).replace(/ +/g, " ")).toBe(line.replace(/ +/g, " ")));
  test("columns stand below one another", () => {
    const column = (line: string): number => line.indexOf(" s  ");
    expect(column(progressLine(outcomeOf(check, "well")))).toBe(column(progressLine(fault)));
  });
});

describe("a finding", () => {
  test("what was seen, then symptom, cause and fix of the check, then where more stands", () =>
    expect(findingLines(fault, found)).toEqual([
      "FAULT: banner: smtp 192.0.2.25:25",
      "  seen     no greeting within 8 s",
      "  symptom  nobody gets mail",
      "  cause    it broke",
      "  fix      mend it",
      "  more     docs/LESSONS.md#pitfalls",
    ]));
  test("its own cause and fix come first", () => expect(findingLines(fault, { ...found, cause: "the disk is full", fix: "make room" })).toEqual(expect.arrayContaining(["  cause    the disk is full", "  fix      make room"])));
  test("a warning is called one", () => expect(findingLines(outcomeOf(checkOf("soon", { severity: "warning" }), "fault"), found)[0]).toBe("warning: soon: smtp 192.0.2.25:25"));
  test("long texts are wrapped under their column, and no word is lost", () => {
    const what = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    const lines = findingLines(outcomeOf(checkOf("a"), "fault"), { where: "x", what });
    expect(lines.every((line) => line.length <= 110)).toBe(true);
    expect(lines.join(" ").replace(/\s+/g, " ")).toContain(what);
  });
});

describe("the end", () => {
  test("each finding, then the count", () => {
    const lines = closing([fault, outcomeOf(check, "well"), outcomeOf(check, "unknown", [], "x"), outcomeOf(check, "needless", [], "y")], 12.34);
    expect(lines.filter((line) => line.startsWith("FAULT: "))).toEqual(["FAULT: banner: smtp 192.0.2.25:25", "FAULT: banner: imaps 192.0.2.25:993"]);
    expect(lines[lines.length - 1]).toBe("1 ok, 1 with findings, 1 could not be asked, 1 not needed here; 12.3 s");
  });
  test("for programs: one object for each check", () => {
    const text = asJson([fault, outcomeOf(check, "unknown", [], "away")]);
    expect(text.endsWith("\n")).toBe(true);
    expect(JSON.parse(text)).toEqual([
      { check: "banner", severity: "error", from: "outside", state: "fault", findings: [found, { ...found, where: "imaps 192.0.2.25:993" }], seconds: 1.25 },
      { check: "banner", severity: "error", from: "outside", state: "unknown", reason: "away", findings: [], seconds: 1.25 },
    ]);
  });
});
