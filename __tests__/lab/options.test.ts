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
  [["faults", "--runs", "20", "--json=out.json"], { command: "faults", runs: 20, json: "out.json" }],
  [["faults", "--random", "3", "--seed", "7"], { command: "faults", random: { pairs: 3, seed: 7 } }],
  [["faults", "--random=1", "--seed=0", "--from=4", "--minutes", "60"], { command: "faults", random: { pairs: 1, seed: 0, from: 4, minutes: 60 } }],
  [["up", "--redis"], { command: "up", redis: true }],
])("%j", (words, wanted) => expect(readOptions(words)).toEqual({ servers: undefined, only: undefined, redis: false, ...wanted }));

test("refuses a word that it does not know, each in one line with a guess", () => {
  expect(mistakesOf(() => readOptions(["upp", "--server", "stalwartt"]))).toEqual([
    'lab: got "upp"; allowed: up, test, faults, drill, down, status, all, --server, --only, --redis, --runs, --json, --random, --seed, --from, --minutes; did you mean up?; for example npm run lab -- up',
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
test.each([
  [["faults", "--runs", "0"], 'lab: --runs got "0"; allowed: a whole number from 1 to 9999; for example --runs 5'],
  [["faults", "--runs=many"], 'lab: --runs got "many"; allowed: a whole number from 1 to 9999; for example --runs 5'],
  [["faults", "--json"], "lab: --json got nothing; name the file that gets the results, for example --json faults.json"],
  [["faults", "--random", "0"], 'lab: --random got "0"; allowed: a whole number from 1 to 9999; for example --random 20'],
  [["faults", "--seed", "3"], "lab: got --seed without --random; for example npm run lab -- faults --random 20 --seed 7"],
  [["faults", "--random", "3", "--runs", "2"], "lab: got --runs with --random, which plants each pair once; leave one of them out"],
  [["up", "--runs", "2"], "lab: up got --runs; allowed with faults; for example npm run lab -- faults --runs 5"],
  [["test", "--json", "a"], "lab: test got --json; allowed with faults; for example npm run lab -- faults --json faults.json"],
])("refuses %j", (words, line) => expect(mistakesOf(() => readOptions(words))).toEqual([line]));
