import { connect } from "../../lib/tailnet/api";
import { applyPolicy, editPolicy, withdrawPolicy, type Outcome } from "../../lib/tailnet/apply";
import { findDrift } from "../../lib/tailnet/drift";
import { mergePolicy, type MergeResult } from "../../lib/tailnet/merge";
import { outcomeLines } from "../../lib/tailnet/outcome";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { TailscaleDouble } from "./double";
import { allows, parsed } from "./evaluate";
import { HeadscaleDouble } from "./headscale-double";
import { onHeadscale, withKey } from "./targets";

type Overrides = Readonly<Record<string, string | undefined>>;
const wantedOf = (overrides: Overrides = {}) => {
  const one = deployment(overrides);
  return tailnetPolicy(one, makeWire(one));
};

const FOREIGN = `// Company policy. Ask ops before you touch it!
{
  "groups": {"group:ops": ["ops@example.test"]},   // who is on call
  "tagOwners": {
    "tag:web": ["group:ops"], // web servers
  },
  "grants": [
    /* ops reach the web servers */
    {"src": ["group:ops"], "dst": ["tag:web"], "ip": ["tcp:22", "tcp:443"]},
  ],
  "tests": [
    {"src": "ops@example.test", "accept": ["tag:web:443"]},
  ],
}
`;
const QUICK = { pauseMs: () => Math.random() * 20 };

let double: TailscaleDouble;
beforeEach(async () => void (double = await TailscaleDouble.start({ policy: FOREIGN })));
afterEach(() => double.stop());

const lineOf = (outcome: Outcome): string => outcomeLines(outcome)[0];
const edgeReaches = (text: string, port: number): boolean => allows(parsed(text), "tag:reverse-proxy", "tag:stalwart", port);
/** Another operator's program: one entry of its own, put in front of all others. */
const addTag = (name: string) => (current: string): MergeResult => {
  const text = current.includes(`"${name}"`) ? current : current.replace('"tagOwners": {', `"tagOwners": {"${name}": [],`);
  return { text, changed: text !== current, added: [name], removed: [] };
};

test("puts our lines in, checked, with one write; again changes nothing; taking them out gives the old bytes", async () => {
  const api = connect(withKey(double));
  const first = await applyPolicy(api, wantedOf());
  expect(lineOf(first)).toMatch(/^tailnet policy: \d+ entries added; validated; written$/);
  expect([edgeReaches(double.policy, 25), edgeReaches(double.policy, 5432), double.writes]).toEqual([true, false, 1]);
  for (const line of FOREIGN.split("\n")) expect(double.policy).toContain(line);

  expect(lineOf(await applyPolicy(api, wantedOf()))).toBe("tailnet policy: as it should be; nothing written");
  expect(double.writes).toBe(1);

  expect(lineOf(await withdrawPolicy(api))).toMatch(/^tailnet policy: \d+ entries removed; validated; written$/);
  expect(double.policy).toBe(FOREIGN);
  expect((await withdrawPolicy(api)).written).toBe(false);
});

test("a changed wire changes its own lines only", async () => {
  const api = connect(withKey(double));
  await applyPolicy(api, wantedOf());
  const outcome = await applyPolicy(api, wantedOf({ PUBLIC_LINES: "smtp,imaps,sieve" }));
  expect([edgeReaches(double.policy, 465), edgeReaches(double.policy, 4190)]).toEqual([false, true]);
  expect(outcome.added.length).toBeGreaterThan(0);
  expect(outcome.removed.length).toBeGreaterThan(0);
  for (const line of FOREIGN.split("\n")) expect(double.policy).toContain(line);
});

test("refuses to be the first rule of a policy that allows everything, unless it may", async () => {
  double.policy = '{"groups": {}}';
  const api = connect(withKey(double));
  await expect(applyPolicy(api, wantedOf())).rejects.toThrow("everybody reaches everything");
  expect(double.writes).toBe(1);
  await applyPolicy(api, wantedOf(), { allowFirstRule: true });
  expect(edgeReaches(double.policy, 25)).toBe(true);
});

test("refuses with the server's words when a test of ours fails, and writes nothing", async () => {
  double.policy = FOREIGN.replace('"grants": [', '"grants": [ {"src": ["*"], "dst": ["*"], "ip": ["*"]},');
  await expect(applyPolicy(connect(withKey(double)), wantedOf())).rejects.toMatchObject({
    kind: "refused",
    details: expect.arrayContaining(["test(s) failed", 'tag:reverse-proxy: address "tag:stalwart:22": want: Drop, got: Accept']),
  });
  expect(double.writes).toBe(1);
});

describe("when others write at the same time", () => {
  test("merges again into what they wrote", async () => {
    let others = 2;
    double.beforeWrite = () => void (others > 0 && (double.policy = addTag(`tag:other${others--}`)(double.policy).text));
    const outcome = await applyPolicy(connect(withKey(double)), wantedOf(), QUICK);
    expect(outcome.retries).toBe(2);
    expect(lineOf(outcome)).toContain("merged again, because somebody else wrote first (2x)");
    for (const tag of ["tag:other1", "tag:other2", "tag:stalwart"]) expect(double.policy).toContain(`"${tag}"`);
  });

  test("fails after three retries and leaves theirs", async () => {
    let others = 0;
    double.beforeWrite = () => void (double.policy = addTag(`tag:other${(others += 1)}`)(double.policy).text);
    await expect(applyPolicy(connect(withKey(double)), wantedOf(), QUICK)).rejects.toMatchObject({ kind: "changed", message: expect.stringMatching(/somebody else changed the policy meanwhile, 4 times; nothing was written, try again$/) });
    expect(double.policy).not.toContain("tag:stalwart");
    expect(others).toBe(4);
  });

  test("of ten racing writers all ten entries are there, and ours once although two of us write it", async () => {
    double.latencyMs = 2;
    const tags = Array.from({ length: 10 }, (_, index) => `tag:writer${index}`);
    const eager = { retries: 100, ...QUICK };
    await Promise.all([
      ...tags.map((tag) => editPolicy(connect(withKey(double)), addTag(tag), eager)),
      ...[0, 1].map(() => applyPolicy(connect(withKey(double)), wantedOf(), eager)),
    ]);
    for (const tag of tags) expect(double.policy).toContain(`"${tag}"`);
    expect(mergePolicy(double.policy, wantedOf()).changed).toBe(false);
    expect(double.policy.match(/"tag:stalwart": \[/g)).toHaveLength(1);
    // nobody's entry was ever lost on the way
    for (const tag of tags) {
      const since = double.history.findIndex((text) => text.includes(`"${tag}"`));
      expect(double.history.slice(since).every((text) => text.includes(`"${tag}"`))).toBe(true);
    }
  });
});

describe("when the answer to the write is lost", () => {
  test("looks whether it is there", async () => {
    double.fail(/POST .*acl$/, "cut-after");
    expect((await applyPolicy(connect(withKey(double)), wantedOf())).written).toBe(true);
    expect(edgeReaches(double.policy, 25)).toBe(true);
  });

  test("fails when it is not", async () => {
    double.fail(/POST .*acl$/, "cut");
    await expect(applyPolicy(connect(withKey(double)), wantedOf())).rejects.toMatchObject({ kind: "unreachable", uncertain: true });
    expect(double.policy).toBe(FOREIGN);
  });
});

describe("on Headscale", () => {
  const wanted = wantedOf({ ...LARGE, TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tail.one.test", TAILNET_TEST_USER: "alice@", TAILNET_ADMINS: "bob@" });

  let headscale: HeadscaleDouble;
  beforeEach(async () => void (headscale = await HeadscaleDouble.start()));
  afterEach(() => headscale.stop());

  test("where nodes have yet to join, all but the tests that name them goes in, and a later run adds those", async () => {
    Object.assign(headscale, { policy: FOREIGN, absent: ["tag:reverse-proxy"] });
    const api = connect(onHeadscale(headscale));
    const outcome = await applyPolicy(api, wanted);
    expect(outcomeLines(outcome).pop()).toBe("tailnet policy: WITHOUT the tests that name tag:reverse-proxy, because no node has joined as such; run npm run policy once it has");
    expect(edgeReaches(headscale.policy ?? "", 25)).toBe(true);
    expect((parsed(headscale.policy ?? "").tests ?? []).map(({ src }) => src).sort()).toEqual(["alice@", "ops@example.test", "tag:stalwart"]);
    expect(JSON.stringify(parsed(headscale.policy ?? "").tests)).not.toContain("tag:reverse-proxy");

    expect(outcomeLines(await applyPolicy(api, wanted))).toEqual(["tailnet policy: as it should be; nothing written", expect.stringContaining("WITHOUT the tests")]);
    // What waits for a node is no drift; the node's coming makes it one.
    const wire = makeWire(deployment({ ...LARGE, TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tail.one.test", TAILNET_TEST_USER: "alice@", TAILNET_ADMINS: "bob@" }));
    expect(await findDrift(api, wanted, wire)).toEqual([]);
    headscale.absent = [];
    expect(await findDrift(api, wanted, wire)).not.toEqual([]);
    const whole = await applyPolicy(api, wanted);
    expect([whole.written, whole.absent]).toEqual([true, undefined]);
    expect(parsed(headscale.policy ?? "").tests).toHaveLength(4);
    await withdrawPolicy(api);
    expect(headscale.policy).toBe(FOREIGN);
  });

  test("fails when a foreign test stands in the way, with the server's words", async () => {
    headscale.policy = FOREIGN.replace("tag:web:443", "tag:web:444");
    await expect(applyPolicy(connect(onHeadscale(headscale)), wanted)).rejects.toMatchObject({ kind: "refused", details: expect.arrayContaining([expect.stringContaining("tag:web:444")]) });
    expect(headscale.policy).not.toContain("tag:stalwart");
  });
});
