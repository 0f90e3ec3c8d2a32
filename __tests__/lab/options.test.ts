import { readOptions } from "../../lab/options";
import { mistakesOf } from "../mistakes";

test.each([
  [[], { command: "all" }],
  [["up"], { command: "up" }],
  [["--server", "maddy", "up"], { command: "up", servers: ["maddy"] }],
  [["all", "--server=both"], { command: "all", servers: ["stalwart", "maddy"] }],
  [["test", "--only", "lines, acl"], { command: "test", only: ["lines", "acl"] }],
])("%j", (words, wanted) => expect(readOptions(words)).toEqual({ servers: undefined, only: undefined, ...wanted }));

test("refuses a word that it does not know, each in one line with a guess", () => {
  expect(mistakesOf(() => readOptions(["upp", "--server", "stalwartt"]))).toEqual([
    'lab: got "upp"; allowed: up, test, down, status, all, --server, --only; did you mean up?; for example npm run lab -- up',
    'lab: --server got "stalwartt"; allowed: stalwart, maddy, both; did you mean stalwart?; for example npm run lab -- --server maddy',
  ]);
});
test("refuses a second command, and --only without a word", () => {
  expect(mistakesOf(() => readOptions(["up", "down", "--only"]))).toHaveLength(2);
});
