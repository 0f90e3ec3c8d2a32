import { parse } from "dotenv";
import * as fc from "fast-check";
import { readDotenv } from "../../lib/config/dotenv";

const valuesOf = (text: string): Record<string, string> => Object.fromEntries([...readDotenv(text).values].map(([name, { value }]) => [name, value]));

test.each<[what: string, text: string, value: string]>([
  ["plain", "A=b", "b"],
  ["blanks around =", " A = b c ", "b c"],
  ["export", "export A=b", "b"],
  ["single quotes", "A=' b # c '", " b # c "],
  ["double quotes", 'A="b c" # comment', "b c"],
  ["backticks", "A=`b`", "b"],
  ["a quote inside", "A=it's", "it's"],
  ["a comment", "A=b # c#d", "b"],
  ["nothing", "A=", ""],
  ["only a comment", "A= # b", ""],
  ["another =", "A=b=c==", "b=c=="],
  ["a dollar sign", "A='$HOME ${X}'", "$HOME ${X}"],
  ["byte order mark", "\uFEFFA=b", "b"],
  ["CRLF", "# x\r\nA=b\r\n", "b"],
  ["CR alone", "# x\rA=b\r", "b"],
  ["a line separator inside quotes", "A='b\u2028c'", "b\u2028c"],
])("reads %s", (_what, text, value) => {
  expect(readDotenv(text).mistakes).toEqual([]);
  expect(valuesOf(text)).toEqual({ A: value });
});

test("knows the line of each value, also behind an empty one", () => {
  expect([...readDotenv("# a\n\nA=1\nB=\n").values]).toEqual([
    ["A", { value: "1", line: 3 }],
    ["B", { value: "", line: 4 }],
  ]);
});

test("takes hostile names for names", () => {
  const { values, mistakes } = readDotenv("__proto__=1\nconstructor=2\ntoString=3");
  expect(mistakes).toEqual([]);
  expect([...values.keys()]).toEqual(["__proto__", "constructor", "toString"]);
});

const SECRET = "hunter2hunter2";
test.each<[what: string, text: string, mistake: RegExp]>([
  ["a line without =", SECRET, /^line 1: it is no NAME=value \(not shown/],
  ["a second line of a secret", `A=x\n${SECRET}\n${SECRET}\n\n${SECRET}`, /^line 2: it is no NAME=value .*and so are 2 more below/],
  ["two of them", `${SECRET}\n${SECRET}`, /and so is 1 more below/],
  ["a name that is none", `MAIL DOMAIN=${SECRET}`, /^line 1: "MAIL DOMAIN" is not a variable's name/],
  ["a secret before a =", `${SECRET}-x==`, /^line 1: it is no NAME=value/],
  ["YAML", `TS_AUTHKEY: ${SECRET}`, /^line 1: it is no NAME=value/],
  ["an open quote", `TS_AUTHKEY='${SECRET}`, /^line 1: TS_AUTHKEY begins with a quote that does not end/],
  ["text after the quotes", `TS_AUTHKEY='${SECRET}'x'`, /^line 1: TS_AUTHKEY goes on after its closing quote/],
  ["a # in a value", `TS_AUTHKEY=${SECRET}#x`, /^line 1: TS_AUTHKEY holds a # outside quotes/],
  ["a # at the beginning of a value", `TS_AUTHKEY=#${SECRET}`, /^line 1: TS_AUTHKEY holds a # outside quotes/],
  ["a name twice", `TS_AUTHKEY=${SECRET}\nTS_AUTHKEY=`, /^line 2: TS_AUTHKEY is already set in line 1/],
  ["half a secret, twice before a =", `${SECRET}=\n${SECRET}=`, /^line 2: the name is already set in line 1/],
  ["a NUL", `A=${SECRET}\0`, /not UTF-8/],
  ["UTF-16", Buffer.from(`\uFEFFA=${SECRET}`, "utf16le").toString("utf8"), /not UTF-8/],
])("refuses %s without showing the value", (_what, text, mistake) => {
  const mistakes = readDotenv(text).mistakes.map((one) => `line ${one.line}: ${one.text}`);
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(mistake);
  expect(mistakes[0]).not.toContain(SECRET);
});

test("what it accepts means the same as with the dotenv package", () => {
  const piece = fc.constantFrom("A", "B", "C_1", "=", "=", " ", "\t", "'", '"', "`", "#", "export ", "x", "é", "$", "{", "\\", "-", "\r\n", "\n", "\u00a0");
  const line = fc.oneof(fc.array(piece, { maxLength: 12 }), fc.array(piece, { maxLength: 8 }).map((rest) => ["A=", ...rest]));
  let accepted = 0;
  fc.assert(
    fc.property(line, (pieces) => {
      // dotenv expands \n in double quotes; here nothing is expanded.
      const text = pieces.join("");
      if (text.includes("\\")) return;
      const { values, mistakes } = readDotenv(text);
      if (mistakes.length > 0) return;
      accepted += values.size;
      expect(valuesOf(text)).toEqual(parse(text));
    }),
    { numRuns: 20000, seed: 1 },
  );
  expect(accepted).toBeGreaterThan(1000);
});
