import { foldersOf, foundIn } from "../../lab/faults/arrived";
import { floodFailures } from "../../lab/faults/flood";
import { largeFailures } from "../../lab/faults/large";
import { asFault, clash, pairAt } from "../../lab/faults/random";
import { FAULTS } from "../../lab/faults/list";
import { failuresOf, kept, type Rehearsed } from "../../lab/faults/rehearse";
import { failures, faultTable, report, spread } from "../../lab/faults/run";

const one = (over: Partial<Rehearsed> = {}): Rehearsed => ({ fault: FAULTS[0], healed: true, sent: 40, accepted: 40, refused: [], never: [], lost: [], twice: [], outage: 2.25, reasons: [], late: 0, wrong: [], lines: [], broken: [], mark: "f0", attempts: [], ...over });

test("folders out of an answer, without those that hold no mail", () => {
  expect(foldersOf('* LIST () "/" "INBOX"\r\n* LIST (\\Junk \\HasNoChildren) "/" "Junk Mail"\r\n* LIST (\\Noselect) "/" Shared\r\n* LIST () NIL Archive\r\n')).toEqual(['"INBOX"', '"Junk Mail"', "Archive"]);
});

test("each fault has a name of its own", () => expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length));

describe("the promise", () => {
  test.each<[what: string, rehearsed: Rehearsed, fine: boolean]>([
    ["is kept when all is there and it healed", one(), true],
    ["is kept with a message that came twice", one({ twice: [3] }), true],
    ["is kept with a message that waited in the queue", one({ late: 1 }), true],
    ["is broken by a lost message", one({ lost: [7] }), false],
    ["is broken by a message that nobody took", one({ refused: [7] }), false],
    ["is broken by a wrong client address", one({ wrong: [7] }), false],
    ["is broken when somebody had to help", one({ healed: false }), false],
    ["is broken when the rehearsal itself failed", one({ problem: "mail does not flow before anything has happened" }), false],
    ["is not asked where the fault cannot be rehearsed", one({ healed: false, impossible: "no Redis" }), true],
  ])("%s", (_, rehearsed, fine) => expect(kept(rehearsed)).toBe(fine));
});

test("each broken promise has its name", () => {
  const bad = one({ healed: false, refused: [1, 2], never: [1], wrong: [3], lost: [4, 5], problem: "the mailbox cannot be read" });
  const all = ["rehearsal failed", "did not heal", "1 refused for good", "1 never accepted", "1 with a wrong client address", "2 lost"];
  expect(failuresOf(bad)).toEqual(all);
  expect(failuresOf({ ...bad, impossible: "no Redis" })).toEqual([]);
});

test.each([
  [[0], "0"],
  [[3, 3], "3"],
  [[0, 12, 10], "0..12"],
])("runs %j show as %s", (figures, shown) => expect(spread(figures)).toBe(shown));

describe("the table", () => {
  const never = one({ refused: [1, 2], never: [1, 2], outage: 12.1 });
  const third = { ...one({ impossible: "no Redis" }), fault: FAULTS[1] };
  const fourth = { ...one({ healed: false, problem: "the mailbox cannot be read" }), fault: FAULTS[2] };
  test("has a row for each fault: runs, the worst outage, differing results, or the reason", () => {
    const rows = faultTable([one({ sent: 41 }), never, one({ lost: [7], healed: false }), third, fourth]);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^fault +runs +outage +gap +healed +sent +never +wrong +late +lost +twice +what happens$/);
    expect(rows[1]).toMatch(/^sidecar-restarted +3 +12\.1 s +0\.0 s +NO: 1 of 3 +40\.\.41 +0\.\.2 +0 +0 +0\.\.1 +0 +the mailbox's tailscaled is restarted$/);
    expect(rows[2]).toMatch(/not rehearsed: no Redis$/);
    expect(rows[3]).toMatch(/ NO .* PROBLEM: the mailbox cannot be read$/);
  });
  test("is followed by each run that broke a promise", () =>
    expect(failures([one(), never, third])).toEqual(["sidecar-restarted, run 2 of 2: 2 refused for good"]));
  test("as data has every run and what it broke", () => {
    const { server, runs } = JSON.parse(report("maddy", [one(), never]));
    expect(server).toBe("maddy");
    expect(runs.map(({ failures: broken }: { failures: string[] }) => broken)).toEqual([[], ["2 refused for good"]]);
    expect(runs[1]).toMatchObject({ fault: "sidecar-restarted", never: [1, 2], outage: 12.1 });
  });
});

describe("messages out of an answer, with the client that the mailbox saw", () => {
  const message = (number: number, ...received: string[]): string =>
    `* ${number} FETCH (BODY[HEADER.FIELDS (RECEIVED SUBJECT)] {99}\r\n${received.map((one) => `Received: ${one}\r\n`).join("")}Subject: f0 ${number}\r\n\r\n)\r\n`;
  test.each<[what: string, received: string[], right: boolean]>([
    ["IPv4", ["from traffic.out.test (unknown [203.0.113.1])\r\n\tby mail.lab.test"], true],
    ["IPv6 as an address literal", ["from traffic.out.test ([IPv6:2001:db8:25::1]) by mail.lab.test"], true],
    ["another address that begins like it", ["from traffic.out.test ([203.0.113.19])"], false],
    ["the edge's", ["from traffic.out.test ([100.64.0.3])"], false],
    ["only in an older header", ["from edge ([100.64.0.3])", "from traffic.out.test ([203.0.113.1])"], false],
    ["none", [], false],
  ])("%s", (_, received, rightClient) => expect(foundIn(message(4, ...received), "f0")).toEqual([{ number: 4, rightClient }]));
  test("several at once, not those of another mark", () => {
    const answer = message(1, "from a ([203.0.113.1])") + message(2, "from a ([100.64.0.3])") + message(3).replace("f0", "f1");
    expect(foundIn(answer, "f0")).toEqual([{ number: 1, rightClient: true }, { number: 2, rightClient: false }]);
  });
});

describe("random pairs", () => {
  const pairs = (seed: number, from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => pairAt(seed, from + at, FAULTS)).map(({ first, second, ...rest }) => ({ ...rest, names: `${first.name} ${second.name}` }));
  test("are the same for the same seed, wherever one begins", () => {
    expect(pairs(7, 0, 40)).toEqual(pairs(7, 0, 40));
    expect(pairs(7, 0, 40).slice(30)).toEqual(pairs(7, 30, 40));
  });
  test("differ between seeds and between indexes", () => {
    expect(pairs(7, 0, 40)).not.toEqual(pairs(8, 0, 40));
    expect(new Set(pairs(7, 0, 40).map(({ names }) => names)).size).toBeGreaterThan(20);
  });
  test("never touch the same thing, nor the engine, and come within their times", () => {
    for (let index = 0; index < 300; index += 1) {
      const { first, second, before, between } = pairAt(1, index, FAULTS);
      expect(first.touches.filter((what) => second.touches.includes(what))).toEqual([]);
      expect([...first.touches, ...second.touches]).not.toContain("engine");
      expect([before >= 0, before <= 10, between >= 0, between <= 20]).toEqual([true, true, true, true]);
    }
  });
  test("reach every fault that can be one of two", () => {
    const can = FAULTS.filter((one) => FAULTS.some((other) => !clash(one, other))).map(({ name }) => name);
    const met = new Set(Array.from({ length: 2000 }, (_, index) => pairAt(1, index, FAULTS)).flatMap(({ first, second }) => [first.name, second.name]));
    expect([...met].sort()).toEqual([...can].sort());
  });
  test("one fault alone makes none", () => expect(() => pairAt(1, 0, [FAULTS[0]])).toThrow("no two of these faults make a pair"));
  test("as a fault it says what both found, and fails when one could not be planted", async () => {
    const plain = { what: "", touches: [] } as const;
    const pair = { index: 3, before: 0, between: 0, first: { ...plain, name: "a", plant: async () => ["slow"] }, second: { ...plain, name: "b", plant: async () => undefined } };
    expect(asFault(pair).name).toBe("3: a + b");
    expect(await asFault(pair).plant({} as never)).toEqual(["slow"]);
    const bad = { ...pair, second: { ...pair.second, plant: () => Promise.reject(new Error("docker restart: no")) } };
    await expect(asFault(bad).plant({} as never)).rejects.toThrow("docker restart: no");
  });
});

test.each([
  [Array<number | undefined>(10).fill(0.1), 0.2, []],
  [[undefined, ...Array<number>(9).fill(1)], 0.2, []],
  [[undefined, undefined, ...Array<number>(8).fill(1)], 0.2, ["another client was greeted in 8 of 10 tries"]],
  [Array<number>(10).fill(1), undefined, ["no greeting within 2 s after the flood"]],
])("a flood in which others are greeted after %j, then %j", (during, after, broken) => expect(floodFailures(during, after)).toEqual(broken));

test.each<[first: string | undefined, last: string | undefined, forGood: boolean, copies: number, broken: string[]]>([
  ["closed", undefined, false, 1, []],
  ["closed", undefined, false, 0, ["the large message was accepted and lost"]],
  ["closed", undefined, false, 2, ["the large message came 2 times"]],
  ["closed", "500 no", true, 0, ["the large message was refused for good: 500 no"]],
  ["closed", "timed out", false, 0, ["the large message was never accepted: timed out"]],
  [undefined, undefined, false, 1, ["the large message was accepted before its edge was killed"]],
])("a large message: %s, then %s", (first, last, forGood, copies, broken) => expect(largeFailures(first, last, forGood, copies)).toEqual(broken));

test("refused logins of readers and what else was broken are failures by name", () => {
  const line = { line: "imaps", tries: 9, served: 7, denied: 2, gap: 3, reasons: [] };
  expect(failuresOf(one({ lines: [line], broken: ["not served at the end: imap"] }))).toEqual(["imaps: 2 logins refused", "not served at the end: imap"]);
});
