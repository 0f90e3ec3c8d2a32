import { readOptions } from "../../lab/options";
import { mistakesOf } from "../mistakes";

test.each([
  [[], { command: "all" }],
  [["up"], { command: "up" }],
  [["--server", "maddy", "up"], { command: "up", servers: ["maddy"] }],
  [["all", "--server=both"], { command: "all", servers: ["stalwart", "maddy"] }],
  [["test", "--only", "lines, acl"], { command: "test", only: ["lines", "acl"] }],
  [["faults", "--only=edge-restarted"], { command: "faults", only: ["edge-restarted"] }],
  [["drill"], { command: "drill" }],
  [["up", "--redis"], { command: "up", redis: true }],
])("%j", (words, wanted) => expect(readOptions(words)).toEqual({ servers: undefined, only: undefined, redis: false, ...wanted }));

test("refuses a word that it does not know, each in one line with a guess", () => {
  expect(mistakesOf(() => readOptions(["upp", "--server", "stalwartt"]))).toEqual([
    'lab: got "upp"; allowed: up, test, faults, drill, down, status, all, --server, --only, --redis; did you mean up?; for example npm run lab -- up',
    'lab: --server got "stalwartt"; allowed: stalwart, maddy, both; did you mean stalwart?; for example npm run lab -- --server maddy',
  ]);
});
test("refuses a second command, and --only without a word", () => {
  expect(mistakesOf(() => readOptions(["test", "down", "--only"]))).toHaveLength(2);
});
test("refuses a part of what is done as a whole", () => {
  expect(mistakesOf(() => readOptions(["drill", "--only", "lines"]))).toEqual(["lab: drill got --only, and does all or nothing; allowed with all, test, faults; for example npm run lab -- faults --only edge-restarted,server-killed"]);
});
test("refuses a Redis where no lab is made, and for maddy", () => {
  expect(mistakesOf(() => readOptions(["faults", "--redis"]))).toEqual(["lab: faults got --redis; allowed with up, all, which make the lab; for example npm run lab -- up --redis"]);
  expect(mistakesOf(() => readOptions(["up", "--redis", "--server", "maddy"]))).toEqual(["lab: got --redis with maddy, which knows no Redis; leave it out, or name --server stalwart"]);
});
