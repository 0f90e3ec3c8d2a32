import { mergePolicy, removePolicy } from "../../../lib/tailnet/merge";
import { mistakesOf } from "../../mistakes";
import { entriesOf, wants } from "./laws";

const refusal = (text: string, wanted = wants().small): readonly string[] => mistakesOf(() => mergePolicy(text, wanted, { allowFirstRule: true }));
const SHAPE = "JSON with comments and a comma after the last entry is allowed, nothing else";
const TWICE = "programs disagree which of them counts; keep one";

describe("refuses what cannot be edited safely, in one line", () => {
  test.each([
    ["a missing comma", '{\n  "grants": []\n  "tests": []\n}', `no valid HuJSON at line 3, column 3: comma expected; ${SHAPE}`],
    ["two commas", '{"grants": [],, }', `no valid HuJSON at line 1, column 15: property name expected; ${SHAPE}`],
    ["single quotes", "{'grants': []}", `no valid HuJSON at line 1, column 2: invalid symbol; ${SHAPE}`],
    ["a key without quotes", "{\r\n\tgrants: []\r\n}", `no valid HuJSON at line 2, column 2: invalid symbol; ${SHAPE}`],
    ["a text that was cut off", '{"grants": [\n', `no valid HuJSON at line 2, column 1: close bracket expected; ${SHAPE}`],
    ["a comment that never ends", '{"grants": []} /* x', `no valid HuJSON at line 1, column 16: unexpected end of comment; ${SHAPE}`],
    ["something behind the policy", "{}\n{}", `no valid HuJSON at line 2, column 1: end of file expected; ${SHAPE}`],
    ["comments and nothing else", "// nothing\n", `no valid HuJSON at line 2, column 1: value expected; ${SHAPE}`],
    ["a list", '[{"grants": []}]', "the whole policy is an array [] (line 1, column 1); allowed: an object {}"],
    ["a line comment that one program ends earlier than another", '{ // a\r"grants": []\n}', "a carriage return without a line feed at line 1, column 7; a comment would end there for some programs only; save the file with LF or CRLF line ends"],
    ["a last line that is an unfinished comment", "{}\n// end", "the comment in the last line (line 2, column 1) has no line break after it; add one"],
    ["a key that is there twice", '{"grants": [],\n "grants": []}', `"grants" is there twice (line 2, column 2); ${TWICE}`],
    ["a key in two spellings", '{"acls": [],\n "ACLs": []}', `"acls" and "ACLs" are one key (line 2, column 2); ${TWICE}`],
    ["a key in two spellings that Headscale takes for one", '{"tagOwners": {}, "tag_owners": {}, "acls": []}', `"tagOwners" and "tag_owners" are one key (line 1, column 19); ${TWICE}`],
    ["a key that only looks like two", '{"tests": [], "te\u017Fts": []}', `"tests" and "te\u017Fts" are one key (line 1, column 15); ${TWICE}`],
    ["a key twice in a rule", '{"grants": [{"src": ["*"], "Src": ["tag:a"]}]}', `"src" and "Src" in "grants"[0] are one key (line 1, column 28); ${TWICE}`],
    ["a tag twice", '{"tagOwners": {"tag:a": [], "tag:a": []}}', `"tag:a" is there twice in "tagOwners" (line 1, column 29); ${TWICE}`],
    ["a key twice by escape", '{"tagOwners": {"tag:a": [], "tag:\\u0061": []}}', `"tag:a" is there twice in "tagOwners" (line 1, column 29); ${TWICE}`],
    ["grants as an object", '{"grants": {}}', '"grants" is an object {} (line 1, column 12); allowed: an array []'],
    ["no grants at all, spelled out", '{"Grants": null}', '"Grants" is null (line 1, column 12); allowed: an array []'],
    ["a rule that is a text", '{"grants": ["*"]}', '"grants"[0] is a string (line 1, column 13); allowed: an object {}'],
    ["tag owners as a list", '{"tagOwners": []}', '"tagOwners" is an array [] (line 1, column 15); allowed: an object {}'],
    ["one tag owner without a list", '{"tagOwners": {"tag:a": "ann@example.com"}}', '"tagOwners"."tag:a" is a string (line 1, column 25); allowed: an array []'],
    ["old rules as a text", '{"acls": "none"}', '"acls" is a string (line 1, column 10); allowed: an array []'],
    ["tests as a number", '{"tests": 5}', '"tests" is a number (line 1, column 11); allowed: an array []'],
  ])("refuses %s", (_name, text, message) => expect(refusal(text)).toEqual([`tailnet policy: ${message}`]));

  test("refuses what is nested too deeply, instead of falling over", () => {
    const text = `{"grants": [{"app": ${"[".repeat(50_000)}${"]".repeat(50_000)}}]}`;
    expect(refusal(text)).toEqual(["tailnet policy: it is nested too deeply to be read"]);
  });

  test("refuses the same when it takes our entries out", () => expect(mistakesOf(() => removePolicy('{"a": 1, "A": 2}'))).toEqual([`tailnet policy: "a" and "A" are one key (line 1, column 10); ${TWICE}`]));
  test("names of maps differ by case", () => expect(mergePolicy('{"acls": [], "hosts": {"a": "100.64.0.1", "A": "100.64.0.2"}}', wants().small).changed).toBe(true));
});

describe("a tag of ours that the policy knows already", () => {
  const policy = (owners: string): string => `{\n  "tagOwners": {"tag:stalwart": ${owners}},\n  "acls": [],\n}\n`;
  const by = (admins: string) => entriesOf({ TAILNET_ADMINS: admins });

  test.each([["the same", '["autogroup:admin"]'], ["more", '["group:ops", "autogroup:admin"]']])("stays as it is with %s owners", (_name, owners) => {
    const { text, added } = mergePolicy(policy(owners), wants().small);
    expect(text).toContain(`"tag:stalwart": ${owners}}`);
    expect(added).not.toContain("tagOwners: tag:stalwart, owned by autogroup:admin");
    expect(removePolicy(text).text).toBe(policy(owners));
  });

  test("stays as it is where ours asks for nobody", () => {
    const wanted = entriesOf({ TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tail.one.test" });
    expect(mergePolicy(policy('["ann@"]'), wanted).text).toContain('"tag:stalwart": ["ann@"]}');
  });

  test("refuses a tag of somebody else, naming both", () => {
    expect(refusal(policy('["group:shop", "tag:shop"]'))).toEqual([
      "tailnet policy: tag:stalwart belongs to group:shop, tag:shop there (line 2, column 17) and to autogroup:admin here; add autogroup:admin to its owners there, or set TAILNET_ADMINS to group:shop, tag:shop, or use another tag",
    ]);
    expect(refusal(policy('["ann@example.com"]'), by("ann@example.com,bob@example.com"))[0]).toContain("belongs to ann@example.com there (line 2, column 17) and to ann@example.com, bob@example.com here");
    expect(refusal(policy("[]"))[0]).toContain("tag:stalwart belongs to nobody there");
  });
});

describe("a policy without rules", () => {
  const RULE = 'tailnet policy: it has neither "grants" nor "acls", so everybody reaches everything, and our first grant would end that for the whole tailnet';
  test.each([["{}"], [""], ["\n"], ['{"groups": {}, "ssh": []}'], ['{\n  // "acls": [],\n}\n']])("refuses to put the first rule into %j", (text) => {
    const [message, ...others] = mistakesOf(() => mergePolicy(text, wants().small));
    expect([message.startsWith(RULE), others]).toEqual([true, []]);
    expect(removePolicy(mergePolicy(text, wants().small, { allowFirstRule: true }).text).text).toBe(text);
  });

  test.each([['{"grants": []}'], ['{"ACLs": []}']])("puts it into %s, where nothing is allowed already", (text) => expect(mergePolicy(text, wants().small).changed).toBe(true));
});
