import { mergePolicy, removePolicy } from "../../../lib/tailnet/merge";
import { renderPolicy } from "../../../lib/tailnet/policy";
import { strictly, wants } from "./laws";

const BEFORE = `{
  "tagOwners": {
    "tag:web": ["autogroup:admin"],
  },
  "grants": [
    {"src": ["tag:web"], "dst": ["tag:web"], "ip": ["*"]},
  ],
}
`;
const { small, edited, quiet } = wants();
const live = (): string => mergePolicy(BEFORE, small).text;
const grants = (text: string) => strictly(text).grants as { src: string[]; ip: string[] }[];
const lines = (text: string): Set<string> => new Set(text.split("\n"));

describe("what the edit looks like", () => {
  test("as text, in a policy that has sections and one that has not", () => {
    expect(mergePolicy(BEFORE, quiet).text).toMatchSnapshot();
    expect(mergePolicy("{}\n", quiet, { allowFirstRule: true }).text).toMatchSnapshot();
  });

  test("as lines for a person", () => {
    const { added, removed } = mergePolicy(BEFORE, small);
    expect({ added, removed }).toMatchSnapshot();
    expect(removePolicy(live()).removed).toEqual(added);
  });
});

describe("an edited wire", () => {
  test("changes its own lines only", () => {
    const [from, to] = [mergePolicy(BEFORE, quiet).text, mergePolicy(mergePolicy(BEFORE, quiet).text, { ...quiet, grants: quiet.grants.map((grant, index) => (index === 0 ? { ...grant, ip: grant.ip.filter((one) => one !== "tcp:587") } : grant)) }).text];
    expect([...lines(from)].filter((line) => !lines(to).has(line))).toEqual(['        "tcp:587",  // submission']);
    expect([...lines(to)].filter((line) => !lines(from).has(line))).toEqual([]);
  });

  test("says what came and what went", () => {
    const { added, removed } = mergePolicy(live(), { ...small, tests: [], grants: small.grants.slice(1) });
    expect(added).toEqual([]);
    expect(removed).toEqual(["grants: tag:reverse-proxy -> tag:stalwart (tcp:25, tcp:465, tcp:587, tcp:143, tcp:993, tcp:443)", "tests: what tag:reverse-proxy can and cannot reach (6 yes, 5 no)", "tests: what tag:stalwart can and cannot reach (0 yes, 5 no)"]);
  });

  test("a new entry comes after its neighbour of ours", () => {
    const { text } = mergePolicy(mergePolicy(BEFORE, { ...quiet, grants: [quiet.grants[0]] }).text, quiet);
    expect(text).toBe(mergePolicy(BEFORE, quiet).text);
  });
});

describe("after a hand has been at it", () => {
  test("a rule of theirs between ours stays, ours goes", () => {
    const theirs = '    {"src": ["ann@example.com"], "dst": ["tag:web"], "ip": ["tcp:22"]}, // ann\n';
    const text = live().replace("    // tailwart[stalwart]: autogroup:admin", (marker) => theirs + marker);
    expect(mergePolicy(text, small).changed).toBe(false);
    expect(removePolicy(text).text).toBe(BEFORE.replace('  "grants": [\n', `  "grants": [\n${theirs}`));
  });

  test("a rule of theirs in a section that we made keeps the section", () => {
    const theirs = '    {"src": "ann@example.com", "accept": ["tag:web:443"]},\n';
    const text = live().replace('  "tests": [\n', `  "tests": [\n${theirs}`);
    expect(removePolicy(text).text).toBe(BEFORE.replace("{\n", `{\n  "tests": [\n${theirs}  ],\n`));
  });

  test("a comment of theirs in a section that we made stays too", () => {
    const text = live().replace('  "tests": [\n', '  "tests": [\n    // keep me\n');
    expect(removePolicy(text).text).toBe(BEFORE.replace("{\n", '{\n  "tests": [\n    // keep me\n  ],\n'));
  });

  test("a comment of theirs between our marker and our entry stays", () => {
    const text = live().replace(/(\/\/ tailwart\[stalwart\]: tag:reverse-proxy.*-> .*\n)/, "$1    // ticket 7\n");
    expect(mergePolicy(text, small).changed).toBe(false);
    expect(removePolicy(text).text).toBe(BEFORE.replace('  "grants": [\n', '  "grants": [\n    // ticket 7\n'));
  });

  test("a comment of theirs between our entry and its comma stays", () => {
    const text = live().replace("    },\n    // tailwart[stalwart]: autogroup:admin", "    } /* ticket 8 */ ,\n    // tailwart[stalwart]: autogroup:admin");
    expect(mergePolicy(text, small).changed).toBe(false);
    expect(removePolicy(text).text).toContain('"grants": [ /* ticket 8 */ \n');
    expect(strictly(removePolicy(text).text)).toEqual(strictly(BEFORE));
  });

  test("ports changed by hand are put right, in their place", () => {
    const text = live().replace('"tcp:25", ', '"*", ');
    expect(mergePolicy(text, small).text).toBe(live());
  });

  test("a condition added by hand is taken out again", () => {
    const text = live().replace('"dst": ["tag:stalwart"],', '"dst": ["tag:stalwart"], "srcPosture": ["posture:x"],');
    expect(mergePolicy(text, small).text).toBe(live());
  });

  test("other sources in a rule of ours make it theirs, and ours comes back beside it", () => {
    const text = live().replace('"src": ["tag:reverse-proxy"],\n      "dst"', '"src": ["tag:reverse-proxy", "ann@example.com"],\n      "dst"');
    const merged = mergePolicy(text, small);
    expect(merged.added).toEqual(["grants: tag:reverse-proxy -> tag:stalwart (tcp:25, tcp:465, tcp:587, tcp:143, tcp:993, tcp:443)"]);
    expect(grants(merged.text).filter(({ src }) => src[0] === "tag:reverse-proxy")).toHaveLength(2);
    expect(grants(removePolicy(merged.text).text).map(({ src }) => src)).toContainEqual(["tag:reverse-proxy", "ann@example.com"]);
  });

  test("an entry taken out by hand comes back, without a second marker", () => {
    const text = live().replace(/ {4}\{\n {6}"src": \["autogroup:admin"\][^]*?\n {4}\},\n/, "");
    expect(grants(text)).toHaveLength(grants(live()).length - 1);
    expect(grants(mergePolicy(text, small).text)).toHaveLength(grants(live()).length);
    expect(mergePolicy(text, small).text.match(/tailwart\[stalwart\]: autogroup:admin ->/g)).toHaveLength(1);
    expect(removePolicy(text).text).toBe(BEFORE);
  });

  test("two copies of an entry of ours become one", () => {
    const [block] = / {4}\/\/ tailwart\[stalwart\]: autogroup:admin ->[^]*?\n {4}\},\n/.exec(live()) ?? [];
    expect(block).toBeDefined();
    expect(mergePolicy(live().replace(block as string, `${block}${block}`), small).text).toBe(live());
  });

  test("without our comments, entries of the same value are still there, and are nobody's to take out", () => {
    const bare = live().replace(/ *\/\/.*$/gm, "");
    expect(mergePolicy(bare, small)).toEqual({ text: bare, changed: false, added: [], removed: [] });
    expect(removePolicy(bare)).toEqual({ text: bare, changed: false, added: [], removed: [] });
  });

  test("lists and keys in another order say the same", () => {
    const theirs = '{"ip": ["tcp:5432", "tcp:25"], "dst": ["tag:stalwart"], "src": ["tag:reverse-proxy", "group:ops"]}';
    const ours = { ...quiet, tagOwners: {}, grants: [{ src: ["group:ops", "tag:reverse-proxy"], dst: ["tag:stalwart"], ip: ["tcp:25", "tcp:5432"] }] };
    expect(mergePolicy(`{"grants": [${theirs}]}`, ours).changed).toBe(false);
  });

  test("the snippet pasted whole is known, and follows the wire", () => {
    const pasted = renderPolicy(small);
    expect(mergePolicy(pasted, small).changed).toBe(false);
    expect(grants(mergePolicy(pasted, edited).text)).toEqual(edited.grants);
    expect(grants(removePolicy(pasted).text)).toEqual([]);
  });

  test("a comment of theirs at the end of a line never swallows what follows", () => {
    const inline = mergePolicy('{"grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["*"]}]}', quiet).text;
    const text = inline.replace('"grants": [', '"grants": [ // theirs');
    expect(removePolicy(text).text).toBe('{"grants": [ // theirs\n{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["*"]}]}');
  });
});

test("a policy of 100 KB takes well under half a second", () => {
  const rows = (count: number): string => Array.from({ length: count }, (_, index) => `    // rule ${index}\n    {"src": ["group:g${index}"], "dst": ["tag:t${index}"], "ip": ["tcp:${index + 1}"]},\n`).join("");
  const policy = (count: number): string => `{\n  "grants": [\n${rows(count)}  ],\n}\n`;
  const time = (text: string): number => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now();
      expect(removePolicy(mergePolicy(text, small).text).text).toBe(text);
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  const large = policy(1300);
  expect(large.length).toBeGreaterThan(100_000);
  time(policy(130));
  const [tenth, whole] = [time(policy(130)), time(large)];
  expect(whole).toBeLessThan(500);
  // Ten times the text is ten times the work, not a hundred times.
  expect(whole / tenth).toBeLessThan(50);
});
