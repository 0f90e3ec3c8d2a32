import { CannotAsk } from "../../lib/doctor/check";
import { diagnose, exitCode } from "../../lib/doctor/diagnose";
import { checkOf, GROUND, outcomeOf } from "./outcomes";

const one = async (more: Parameters<typeof checkOf>[1]) => (await diagnose([checkOf("one", more)], GROUND))[0];

describe("running checks", () => {
  test("nothing found is well", async () => expect(await one({})).toMatchObject({ state: "well", findings: [] }));
  test("something found is a fault", async () => expect(await one({ run: async () => [{ where: "here", what: "broken" }] })).toMatchObject({ state: "fault", findings: [{ where: "here" }] }));
  test("what is not needed is not run", async () => {
    const run = jest.fn();
    expect(await one({ needless: () => "no such thing", run })).toMatchObject({ state: "needless", reason: "no such thing" });
    expect(run).not.toHaveBeenCalled();
  });
  test.each([
    ["CannotAsk", () => Promise.reject(new CannotAsk("the engine is away; start it"))],
    ["any other error, by its first line", () => Promise.reject(new Error("the engine is away; start it\n  at somewhere"))],
    ["an error before the first question", () => { throw new Error("the engine is away; start it"); }],
  ])("fails as unknown, never as well: %s", async (_, run) => expect(await one({ run })).toMatchObject({ state: "unknown", reason: "the engine is away; start it" }));
  test("fails as unknown when even the question whether it is needed throws", async () => expect(await one({ needless: () => { throw new Error("odd"); } })).toMatchObject({ state: "unknown", reason: "odd" }));

  test("is given up after its time, and says so", async () => {
    const outcome = await one({ seconds: 0.05, run: () => new Promise(() => undefined) });
    expect(outcome).toMatchObject({ state: "unknown", reason: "no answer within 0.05 s" });
    expect(outcome.seconds).toBeGreaterThanOrEqual(0.04);
    expect(outcome.seconds).toBeLessThan(2);
  });

  test("side by side: a slow one holds up nobody, and each is told as it ends", async () => {
    const ended: string[] = [];
    let release: () => void = () => undefined;
    const slow = checkOf("slow", { run: () => new Promise((resolve) => (release = () => resolve([]))) });
    const all = diagnose([slow, checkOf("fast", { run: async () => (setTimeout(() => release(), 20), []) })], GROUND, ({ check }) => ended.push(check.name));
    expect((await all).map(({ check }) => check.name)).toEqual(["slow", "fast"]);
    expect(ended).toEqual(["fast", "slow"]);
  });

  test("one that fails takes no other with it", async () => {
    const outcomes = await diagnose([checkOf("bad", { run: () => Promise.reject(new Error("x")) }), checkOf("good")], GROUND);
    expect(outcomes.map(({ state }) => state)).toEqual(["unknown", "well"]);
  });
});

describe("the exit code", () => {
  const error = outcomeOf(checkOf("a"), "fault", [{ where: "x", what: "y" }]);
  const warning = outcomeOf(checkOf("b", { severity: "warning" }), "fault", [{ where: "x", what: "y" }]);
  const unknown = outcomeOf(checkOf("c"), "unknown", [], "away");
  const well = outcomeOf(checkOf("d"), "well");
  const needless = outcomeOf(checkOf("e"), "needless", [], "no such thing");
  test.each([
    [0, []],
    [0, [well, needless]],
    [0, [well, warning]],
    [1, [well, unknown]],
    [1, [warning, unknown]],
    [2, [error]],
    [2, [well, unknown, warning, error]],
  ])("%d", (code, outcomes) => expect(exitCode(outcomes)).toBe(code));
});
