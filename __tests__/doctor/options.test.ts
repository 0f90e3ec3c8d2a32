import { readDoctorOptions } from "../../lib/doctor/options";

const read = (...words: string[]): ReturnType<typeof readDoctorOptions> => readDoctorOptions(words, ["banner", "certificate", "caa"]);

describe("words behind npm run doctor", () => {
  test.each([
    [[], { json: false, preflight: false, daily: false, only: undefined }],
    [["--json"], { json: true, preflight: false, daily: false, only: undefined }],
    [["--daily", "--preflight"], { json: false, preflight: true, daily: true, only: undefined }],
    [["--only", "banner,caa"], { json: false, preflight: false, daily: false, only: ["banner", "caa"] }],
    [["--only=banner", "--json"], { json: true, preflight: false, daily: false, only: ["banner"] }],
    [["--only", " banner , caa ,"], { json: false, preflight: false, daily: false, only: ["banner", "caa"] }],
  ])("%j", (words, options) => expect(read(...words)).toEqual(options));

  test.each([
    [["--jsn"], /^doctor: got "--jsn"; allowed: --json, --only, --daily, --preflight; did you mean "?--json"?\?; write it behind --/],
    [["banner"], /^doctor: got "banner"; allowed: --json/],
    [["--only"], /^doctor: --only got nothing; write checks with commas/],
    [["--only", ","], /^doctor: --only got nothing/],
    [["--only", "baner"], /^--only: got "baner"; allowed: banner, certificate, caa; did you mean "?banner"?/],
  ])("refuses %j", (words, text) => expect(() => read(...words)).toThrow(text));

  test("refuses all mistakes at once", () => expect(() => read("--only=x,y", "--z")).toThrow(/--z(.|\n)*"x"(.|\n)*"y"/));
});
