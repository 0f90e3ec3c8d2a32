import fc from "fast-check";
import { MistakesError } from "../../../lib/errors";
import { comparePolicy, mergePolicy, removePolicy } from "../../../lib/tailnet/merge";
import { tailnetPolicy, type PolicyEntries } from "../../../lib/tailnet/policy";
import { makeWire } from "../../../lib/wire";
import { LARGE, deployment } from "../../deployment";
import { CORPUS } from "./corpus";
import { commentsIn, entriesOf, isWithin, othersIn, strictly } from "./laws";
import { randomPolicy, touched } from "./random";
import { runs } from "../../runs";

fc.configureGlobal({ seed: Number(process.env.TAILWART_SEED ?? 18) });

const ALLOW = { allowFirstRule: true };
const SECOND = { STALWART_MAGIC_NAME: "stalwart2", EDGE_MAGIC_NAME: "edge2", MAILBOX_TAG: "tag:stalwart2", EDGE_TAG: "tag:edge2" };
const FOREIGN = '{\n  "acls": [\n    // theirs\n    {"action": "accept", "src": ["tag:web"], "dst": ["tag:web:22"]},\n  ],\n  "tagOwners": {"tag:web": []},\n}\n';
const put = (text: string, wanted: PolicyEntries): string => mergePolicy(text, wanted, ALLOW).text;
const take = (text: string, { owner }: PolicyEntries): string => removePolicy(text, owner).text;

/** As a version wrote it that knew no names. */
const unnamed = (text: string): string => text.replaceAll(/tailwart\[[^\]]*\]:/g, "tailwart:");
/** Lines of one deployment: its markers, each with what follows up to its entry's end or the next marker. */
const markersOf = (text: string, { owner }: PolicyEntries): string[] => commentsIn(text).filter((comment) => comment.includes(`tailwart[${owner?.name}]:`));
const isComplete = (text: string, wanted: PolicyEntries): boolean => !mergePolicy(text, wanted, ALLOW).changed;

describe("two deployments on one tailnet", () => {
  const first = entriesOf({});
  const cases: [string, Record<string, string | undefined>][] = [
    ["with tags of their own", SECOND],
    ["with a shared edge tag", { ...SECOND, EDGE_TAG: undefined }],
    ["with a shared mailbox tag", { ...SECOND, MAILBOX_TAG: undefined }],
    ["with all tags shared", { STALWART_MAGIC_NAME: "stalwart2" }],
    ["with all tags shared and other lines", { STALWART_MAGIC_NAME: "stalwart2", PUBLIC_LINES: "smtp", TAILNET_LINES: "imap" }],
    ["with a name of its own only", { DEPLOYMENT_NAME: "trial" }],
  ];

  test.each(cases)("%s: each keeps its lines, and either goes without the other", (_what, overrides) => {
    const second = entriesOf(overrides);
    const one = put(FOREIGN, first);
    const both = put(one, second);
    expect([isComplete(both, first), isComplete(both, second)]).toEqual([true, true]);
    expect(put(both, first)).toBe(both);
    expect(take(both, second)).toBe(one);
    const left = take(both, first);
    expect(markersOf(left, second)).toEqual(markersOf(both, second));
    expect([markersOf(left, first), isComplete(left, second)]).toEqual([[], true]);
    expect(take(left, second)).toBe(FOREIGN);
  });

  test("names the other one's entries, and does not take them for somebody's wider rule", () => {
    const overrides = { STALWART_MAGIC_NAME: "stalwart2", PUBLIC_LINES: "smtp", TAILNET_LINES: "imap" };
    const second = deployment(overrides);
    const wire = makeWire(second);
    const merged = mergePolicy(put(FOREIGN, first), tailnetPolicy(second, wire));
    expect(merged.others).toEqual({ stalwart: Object.keys(first.tagOwners).length + first.grants.length + first.tests.length });
    expect(comparePolicy(merged.text, tailnetPolicy(second, wire), wire)).toEqual([]);
  });

  test("a member of tagOwners that both need says the same for both, or is refused with the other's name", () => {
    const other = entriesOf({ STALWART_MAGIC_NAME: "stalwart2", TAILNET_ADMINS: "group:ops" });
    expect(() => put(put(FOREIGN, first), other)).toThrow(/tag:stalwart belongs to autogroup:admin there \(line \d+, column \d+, of deployment stalwart\) and to group:ops here/);
  });
});

describe("lines from before deployments had names", () => {
  const [first, second] = [entriesOf({}), entriesOf(SECOND)];
  const old = unnamed(put(FOREIGN, first));

  test("are adopted by the deployment that they fit, in place", () => {
    const merged = mergePolicy(old, first);
    expect(merged).toMatchObject({ text: put(FOREIGN, first), added: [], removed: [], named: first.grants.length + first.tests.length + Object.keys(first.tagOwners).length });
    expect(take(merged.text, first)).toBe(FOREIGN);
  });

  test("are no drift", () => {
    const site = deployment();
    const wire = makeWire(site);
    expect(comparePolicy(old, tailnetPolicy(site, wire), wire)).toEqual([]);
  });

  test("are left to the deployment that they fit by another one", () => {
    const merged = mergePolicy(old, second);
    expect(merged.removed).toEqual([]);
    expect(merged.others?.[""]).toBeGreaterThan(5);
    expect(take(merged.text, second)).toBe(old);
    const both = put(merged.text, first);
    expect([isComplete(both, first), isComplete(both, second), take(take(both, second), first)]).toEqual([true, true, FOREIGN]);
  });

  test("are replaced where the wire is another one now", () => {
    const edited = entriesOf({ PUBLIC_LINES: "smtp", TAILNET_LINES: "none" });
    const merged = mergePolicy(old, edited);
    expect([merged.text, merged.removed.length > 0]).toEqual([put(put(FOREIGN, first), edited), true]);
  });

  test("are taken out by a job of that time", () => expect(removePolicy(old, {}).text).toBe(FOREIGN));
});

const overridesOf = (name: string) =>
  fc.record({
    STALWART_MAGIC_NAME: fc.constant(name),
    EDGE_MAGIC_NAME: fc.constant(`edge-${name.at(-1)}`),
    MAILBOX_TAG: fc.constantFrom("tag:stalwart", `tag:mail-${name}`),
    EDGE_TAG: fc.constantFrom("tag:reverse-proxy", `tag:edge-${name}`),
    PUBLIC_LINES: fc.constantFrom("smtp", "smtp,submissions", "smtp,submission,imaps"),
    TAILNET_LINES: fc.constantFrom("none", "imap", "imap,pop3s"),
    large: fc.boolean(),
  }).map(({ large, ...rest }) => {
    // Building entries is the slow part; there are few of them.
    const key = JSON.stringify([large, rest]);
    if (!built.has(key)) built.set(key, entriesOf(large ? { ...LARGE, ...rest, EDGE_MAGIC_NAME: LARGE.EDGE_MAGIC_NAME } : rest));
    return built.get(key) as PolicyEntries;
  });
const built = new Map<string, PolicyEntries>();
const policies = fc.oneof(
  fc.array(fc.nat(0xffff), { maxLength: 120, size: "max" }).map(randomPolicy),
  fc.tuple(fc.constantFrom(...CORPUS), fc.array(fc.nat(0xffff), { maxLength: 60 })).map(([{ text }, tape]) => touched(text, tape)),
);

test("random pairs of deployments and policies: apply A, apply B, apply A, remove A; B's lines and every foreign byte stay", () => {
  let [tried, refused] = [0, 0];
  fc.assert(
    fc.property(policies, overridesOf("mail-a"), overridesOf("mail-b"), fc.boolean(), (before, a, b, old) => {
      try {
        const one = old ? unnamed(put(before, a)) : put(before, a);
        const two = put(one, b);
        const both = put(two, a);
        tried += 1;
        expect(isComplete(both, b)).toBe(true);
        const left = take(both, a);
        strictly(left);
        expect(isWithin(before, left)).toBe(true);
        expect([markersOf(left, b), markersOf(left, a)]).toEqual([markersOf(both, b), []]);
        expect(isComplete(left, b)).toBe(true);
        const none = take(left, b);
        expect(none).toBe(before);
        expect(othersIn(none)).toEqual(othersIn(before));
      } catch (error) {
        if (!(error instanceof MistakesError)) throw error;
        refused += 1;
      }
    }),
    { numRuns: runs(1_000) },
  );
  expect(tried).toBeGreaterThanOrEqual(runs(600));
  expect(refused).toBeLessThan(300);
});
