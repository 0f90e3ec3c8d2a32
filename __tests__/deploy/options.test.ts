import { readOptions } from "../../lib/deploy/options";
import { chosen } from "../../lib/site/only";

describe("options", () => {
  test("each way to write them", () => {
    expect(readOptions("deploy", [])).toEqual({ yes: false, withData: false, only: undefined });
    expect(readOptions("deploy", ["--yes", "--only", "mailbox, edge"])).toEqual({ yes: true, withData: false, only: ["mailbox", "edge"] });
    expect(readOptions("destroy", ["--only=edge", "--with-data"])).toEqual({ yes: false, withData: true, only: ["edge"] });
  });

  test.each([
    ["deploy", ["--with-data"], /got "--with-data"; allowed: --yes, --only/],
    ["destroy", ["--with-dat"], /did you mean --with-data\?/],
    ["deploy", ["edge"], /got "edge".*behind --/],
    ["deploy", ["--only"], /--only got nothing/],
    ["drift", ["--yes"], /allowed: --only/],
  ] as const)("refuses %s %j", (command, words, message) => expect(() => readOptions(command, words)).toThrow(message));
});

describe("the chosen stacks", () => {
  const ALL = ["images", "tailnet", "mailbox", "edge"];
  test("all, or some in the order of all", () => {
    expect(chosen(ALL, undefined)).toEqual(ALL);
    expect(chosen(ALL, ["edge", "images"])).toEqual(["images", "edge"]);
  });
  test("refuses a name that is none", () => expect(() => chosen(ALL, ["mailbx"])).toThrow(/got "mailbx".*did you mean mailbox\?/));
});
