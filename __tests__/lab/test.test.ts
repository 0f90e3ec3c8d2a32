import type { Bench } from "../../lab/bench";
import { PROOFS, type Proof } from "../../lab/proofs";
import { chosenProofs, report, runProofs } from "../../lab/test";
import { mistakesOf } from "../mistakes";

const proof = (name: string, prove: Proof["prove"], more: Partial<Proof> = {}): Proof => ({ name, promise: `${name} is kept`, prove, ...more });
const row = { line: "smtp", port: 25, how: "plain", from: "203.0.113.77", saw: "203.0.113.77" };
const kept = proof("kept", async () => ({ seen: "fine", rows: [row] }));
const broken = proof("broken", async () => {
  throw new Error("the mailbox saw the edge");
});
const nobody = {} as Bench;

test("a proof that throws is a broken promise, and the others go on", async () => {
  const said: string[] = [];
  const results = await runProofs(nobody, [broken, kept], (line) => said.push(line));
  expect(results.map(({ ok, seen }) => [ok, seen])).toEqual([[false, "the mailbox saw the edge"], [true, "fine"]]);
  expect(said).toEqual(["test FAIL broken: the mailbox saw the edge", "test ok   kept: fine"]);
});

test("the table has each way with both addresses, and each promise with its verdict", async () => {
  const results = (await runProofs(nobody, [kept, broken], () => undefined)).map((result) => ({ ...result, seconds: 1.25 }));
  expect(report(results)).toEqual([
    "",
    "line  port  how    from          the mailbox saw",
    "smtp    25  plain  203.0.113.77  203.0.113.77",
    "",
    "proof           s  promise",
    "kept    ok    1.3  kept is kept",
    "broken  FAIL  1.3  broken is kept",
  ]);
});

test("a proof runs only with the servers that make its promise", () => {
  const web = proof("web", kept.prove, { servers: ["stalwart"] });
  expect(chosenProofs([kept, web], "maddy", undefined)).toEqual([kept]);
  expect(chosenProofs([kept, web], "stalwart", ["web"])).toEqual([web]);
});
test("refuses the name of no proof", () => {
  expect(mistakesOf(() => chosenProofs([kept], "stalwart", ["keptt"]))).toEqual(['--only: got "keptt"; allowed: kept; did you mean kept?; take one of them']);
});
test("no two proofs have one name", () => {
  const names = PROOFS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
