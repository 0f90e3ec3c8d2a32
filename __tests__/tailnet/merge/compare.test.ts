import { comparePolicy, mergePolicy, removePolicy, type PolicyFinding } from "../../../lib/tailnet/merge";
import { tailnetPolicy } from "../../../lib/tailnet/policy";
import { makeWire } from "../../../lib/wire";
import { LARGE, deployment } from "../../deployment";

const PLAIN = { PUBLIC_LINES: "smtp,submissions", TAILNET_LINES: "imap" };

function stage(overrides: Readonly<Record<string, string>> = PLAIN) {
  const one = deployment(overrides);
  const wire = makeWire(one);
  const wanted = tailnetPolicy(one, wire);
  return { wanted, compare: (text: string): readonly PolicyFinding[] => comparePolicy(text, wanted, wire) };
}

const { wanted, compare } = stage();
const BASE = '{\n  "acls": [],\n}\n';
const live = (base = BASE): string => mergePolicy(base, wanted, { allowFirstRule: true }).text;
const kinds = (findings: readonly PolicyFinding[]): string[] => [...new Set(findings.map(({ kind }) => kind))];

describe("the live policy beside ours", () => {
  test("finds nothing after a merge", () => expect(compare(live())).toEqual([]));

  test("finds everything missing before it, and after the removal", () => {
    const missing = mergePolicy(BASE, wanted).added.map((what) => ({ kind: "missing", what }));
    expect(missing.length).toBeGreaterThan(5);
    expect(compare(BASE)).toEqual(missing);
    expect(compare(removePolicy(live()).text)).toEqual(missing);
  });

  test("finds what is missing in a policy that is blank, and that it allows everything", () => {
    expect(kinds(compare(""))).toEqual(["missing", "widened"]);
    expect(compare("{}").at(-1)).toEqual({ kind: "widened", what: 'there is neither "grants" nor "acls", so everybody reaches everything', accept: "* -> *:*" });
  });

  test("finds a port that somebody took out or put in", () => {
    const changed = (text: string) => compare(text).map(({ kind, what }) => `${kind}: ${what}`);
    expect(changed(live().replace(/ *"tcp:465".*\n/, ""))).toEqual([expect.stringMatching(/^changed: grants: tag:reverse-proxy -> tag:stalwart \(tcp:25, tcp:465, tcp:443\) is now .*\(tcp:25, tcp:443\) \(line \d+\)$/)]);
    expect(changed(live().replace('"tcp:465", ', '"*", '))).toHaveLength(1);
  });

  test("finds a change where a control server drops comments", () => {
    const bare = live().replace(/ *\/\/.*$/gm, "");
    expect(compare(bare)).toEqual([]);
    expect(compare(bare.replace('"tcp:465",', ""))).toEqual([
      { kind: "changed", what: expect.stringMatching(/^grants: tag:reverse-proxy -> .* is not there; line \d+ has grants: tag:reverse-proxy -> tag:stalwart \(tcp:25, tcp:443\)$/) as string },
    ]);
  });

  test("finds entries of ours that the wire has no longer", () => {
    const { compare: later } = stage({ ...PLAIN, PUBLIC_LINES: "smtp", TAILNET_LINES: "" });
    expect(later(live()).map(({ what }) => what)).toContainEqual(expect.stringMatching(/^grants: autogroup:member -> tag:stalwart \(tcp:143\) \(line \d+\) is ours and no longer wanted$/));
  });

  test("finds a tag that went to somebody else", () => {
    const text = '{"acls": [], "tagOwners": {"tag:stalwart": ["group:shop"]}}';
    expect(compare(text)).toContainEqual({ kind: "changed", what: "tagOwners: tag:stalwart, owned by group:shop (line 1); it has to be owned by autogroup:admin" });
  });

  test("says so when the policy cannot be read", () => {
    expect(compare('{"grants": [}')).toEqual([{ kind: "unreadable", what: expect.stringContaining("no valid HuJSON at line 1, column 13") as string }]);
    expect(kinds(compare('{"a": 1, "a": 2}'))).toEqual(["unreadable"]);
  });
});

describe("a rule of others that is wider than ours", () => {
  const widened = (rule: string, section = "grants", more = ""): string[] =>
    compare(live(`{\n${more}  "${section}": [\n${rule}\n  ],\n}\n`)).map(({ kind, what }) => `${kind}: ${what.replace(/^\S+ \(line \d+, column \d+\) /, "")}`);
  const grant = (src: string, dst: string, ip: string): string => `{"src": ["${src}"], "dst": ["${dst}"], "ip": ["${ip}"]}`;
  const acl = (src: string, dst: string, more = ""): string => `{"action": "accept", "src": ["${src}"], "dst": ["${dst}"]${more}}`;
  const ALL = "25 (smtp), 465 (submissions), 143 (imap), 443 (web), 8080 (admin), 5432 (postgres), 3900 (s3), 8089 (start plan)";

  test.each([
    ["everybody, everything", grant("*", "*", "*"), `lets * reach tag:stalwart on ${ALL}`],
    ["everybody, one port", grant("*", "tag:stalwart", "tcp:25"), "lets * reach tag:stalwart on 25 (smtp)"],
    ["a port without protocol", grant("group:ops", "tag:stalwart", "465"), "lets group:ops reach tag:stalwart on 465 (submissions)"],
    ["a range", grant("tag:web", "tag:stalwart", "tcp:1-100"), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["all of TCP", grant("tag:web", "tag:stalwart", "tcp:*"), `lets tag:web reach tag:stalwart on ${ALL}`],
    ["all tagged nodes", grant("tag:web", "autogroup:tagged", "tcp:25"), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["the tailnet by its addresses", grant("tag:web", "100.64.0.0/10", "tcp:25"), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["the whole internet, which has the tailnet in it", grant("tag:web", "0.0.0.0/0", "tcp:25"), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["the tailnet by its IPv6 addresses", grant("tag:web", "fd7a:115c:a1e0::/48", "tcp:25"), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["the edge, on a line for the tailnet only", grant("tag:reverse-proxy", "tag:stalwart", "tcp:143"), "lets tag:reverse-proxy reach tag:stalwart on 143 (imap)"],
    ["the administration, for every member", grant("autogroup:member", "tag:stalwart", "tcp:8080"), "lets autogroup:member reach tag:stalwart on 8080 (admin)"],
  ])("finds %s", (_name, rule, what) => expect(widened(rule)).toEqual([`widened: ${what}`]));

  test.each([
    ["everybody, everything", acl("*", "*:*"), `lets * reach tag:stalwart on ${ALL}`],
    ["a list of ports", acl("tag:web", "tag:stalwart:22,25,100-200"), "lets tag:web reach tag:stalwart on 25 (smtp), 143 (imap)"],
    ["by protocol number", acl("tag:web", "tag:stalwart:25", ', "proto": "6"'), "lets tag:web reach tag:stalwart on 25 (smtp)"],
    ["in the oldest form", '{"Action": "accept", "Users": ["*"], "Ports": ["tag:stalwart:25"]}', "lets * reach tag:stalwart on 25 (smtp)"],
  ])("finds it in the old form: %s", (_name, rule, what) => expect(widened(rule, "ACLs")).toEqual([`widened: ${what}`]));

  test("finds it behind a name for addresses", () => expect(widened(acl("tag:web", "net:25"), "acls", '  "hosts": {"net": "100.64.0.0/10"},\n')).toEqual(["widened: lets tag:web reach tag:stalwart on 25 (smtp)"]));

  test.each([
    ["another machine", grant("*", "tag:web", "*")],
    ["another protocol", grant("*", "tag:stalwart", "udp:25")],
    ["ping", grant("*", "tag:stalwart", "icmp:*")],
    ["another port", grant("*", "tag:stalwart", "tcp:2525")],
    ["an application's right, no port", '{"src": ["*"], "dst": ["tag:stalwart"], "app": {"example.com/cap/x": [{}]}}'],
    ["people's own machines", grant("autogroup:member", "autogroup:self", "*")],
    ["somebody whom our own rule lets in", grant("ann@example.com", "tag:stalwart", "tcp:143")],
    ["admins, who are members", grant("autogroup:admin", "tag:stalwart", "tcp:143")],
    ["the admins' own port", grant("autogroup:admin", "tag:stalwart", "tcp:8080")],
    ["one address, which may be anybody's", grant("*", "100.64.0.7", "*")],
    ["a part of the tailnet's addresses", grant("*", "100.64.0.0/11", "*")],
    ["the mailbox itself", grant("tag:stalwart", "tag:stalwart", "*")],
    ["a network behind a router", grant("*", "10.0.0.0/8", "*")],
  ])("does not mind %s", (_name, rule) => expect(widened(rule)).toEqual([]));

  test("minds the edge and everybody at a backend, not other programs that use it", () => {
    const { wanted: large, compare: compareLarge } = stage(LARGE);
    const found = (src: string): string[] => compareLarge(mergePolicy(`{"grants": [${grant(src, "tag:backend", "tcp:5432")}]}`, large).text).map(({ kind }) => kind);
    expect(found("tag:reverse-proxy")).toEqual(["widened"]);
    expect(found("*")).toEqual(["widened"]);
    expect(found("tag:shop")).toEqual([]);
  });

  test("names the rule and where it is", () => {
    const [{ what }] = compare(live('{\n  "grants": [\n    {"src": ["*"], "dst": ["*"], "ip": ["*"]},\n  ],\n}\n'));
    const [, index, line] = /^grants\[(\d+)\] \(line (\d+), column 5\) /.exec(what) ?? [];
    expect(Number(index)).toBe(wanted.grants.length);
    expect(live('{\n  "grants": [\n    {"src": ["*"], "dst": ["*"], "ip": ["*"]},\n  ],\n}\n').split("\n")[Number(line) - 1]).toContain('["*"]');
  });

  test("is no rule of ours, changed or not", () => expect(kinds(compare(live().replace(/"ip": \[\n/, '"ip": [\n "tcp:1-65535",\n')))).toEqual(["changed"]));
});
