import { accountOf, isSteady, outageOf, reasonsOf, type Attempt } from "../../lab/traffic/ledger";

const ok = (number: number, begun: number, ended = begun + 0.1): Attempt => ({ number, begun, ended, accepted: true });
const no = (number: number, begun: number, ended = begun + 0.1): Attempt => ({ number, begun, ended, accepted: false, why: "closed" });

describe("what became of numbered messages", () => {
  test("all accepted and there", () => expect(accountOf([ok(1, 0), ok(2, 1)], [2, 1])).toEqual({ sent: 2, accepted: 2, refused: [], never: [], lost: [], twice: [], outage: 0 }));
  test("accepted and not there is lost", () => expect(accountOf([ok(1, 0), ok(2, 1)], [2]).lost).toEqual([1]));
  test("one that was only ever refused is not lost", () => expect(accountOf([no(1, 0), ok(2, 1)], [2])).toMatchObject({ refused: [1], lost: [] }));
  test("refused for good is counted apart from what was only never taken", () => {
    const attempts = [{ ...no(1, 0), forGood: true }, no(2, 0), no(3, 0), ok(3, 1)];
    expect(accountOf(attempts, [3])).toMatchObject({ refused: [1, 2], never: [1], lost: [] });
  });
  test("one that came twice after a cut answer", () => expect(accountOf([no(1, 0), ok(1, 1)], [1, 1])).toMatchObject({ refused: [], lost: [], twice: [1] }));
});

describe("the outage", () => {
  test.each<[what: string, attempts: Attempt[], seconds: number]>([
    ["none", [ok(1, 0), ok(2, 1)], 0],
    ["from the first failed try to the next acceptance", [ok(1, 0), no(2, 1), no(3, 2), ok(2, 3, 3.5)], 2.5],
    ["the longest of two", [no(1, 0), ok(1, 1, 1), no(2, 2), ok(2, 5, 5)], 3],
    ["a slow acceptance counts whole", [ok(1, 0), ok(2, 1, 5)], 4],
    ["a quick one does not", [ok(1, 0), ok(2, 1, 1.9)], 0],
    ["one that hangs while others get through is none", [ok(1, 0), no(2, 1, 21), ok(3, 1.5), ok(4, 20.8), ok(2, 21.2)], 0.4],
    ["one that hangs through it, accepted at last", [ok(1, 0), no(3, 2), ok(2, 1, 5), ok(3, 5.5)], 4],
    ["one that never ends", [ok(1, 0), no(2, 1), no(2, 9, 10)], 9],
  ])("%s", (_, attempts, seconds) => expect(outageOf(attempts)).toBeCloseTo(seconds));
});

describe("a steady flow", () => {
  const flow = [0, 1, 2, 3, 4, 5].map((begun) => ok(begun, begun));
  test.each<[what: string, attempts: Attempt[], from: number, steady: boolean]>([
    ["when all was accepted for long enough", flow, 0, true],
    ["not before so much time has passed", flow, 3, false],
    ["not with one failure in that time", [...flow, no(9, 4)], 0, false],
    ["with a failure before it", [...flow, no(9, 0)], 0, true],
    ["not when nobody tried", [], 0, false],
    ["not while every try hangs", flow.slice(0, 3), 0, false],
  ])("%s", (_, attempts, from, steady) => expect(isSteady(attempts, from, 5.5, 4)).toBe(steady));
});

test("what stood in the way, by how often", () => {
  const attempts = [no(1, 0), { ...no(1, 1), why: "refused" }, no(1, 2), ok(1, 3)];
  expect(reasonsOf(attempts)).toEqual(["2 × closed", "1 × refused"]);
});
test("answers that differ only in a message's own id are one reason", () => {
  const why = (id: string) => ({ ...no(1, 0), why: `554 5.0.0 Internal server error (msg ID = ${id})` });
  expect(reasonsOf([why("50aa9979"), why("a15fe13a")])).toEqual(["2 × 554 5.0.0 Internal server error"]);
});
