import { connect } from "../../lib/tailnet/api";
import { applyPolicy } from "../../lib/tailnet/apply";
import { policyDrift } from "../../lib/tailnet/drift";
import { comparePolicy, explainTests, mergePolicy } from "../../lib/tailnet/merge";
import { errorLines } from "../../lib/tailnet/outcome";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { DEFAULT_POLICY, TailscaleDouble } from "./double";
import { verdictOn } from "./evaluate";
import { secretIn, withKey } from "./targets";

let double: TailscaleDouble;
beforeEach(async () => {
  double = await TailscaleDouble.start();
});
afterEach(() => double.stop());

const site = (overrides: Record<string, string> = {}) => deployment({ TS_API_KEY_FILE: secretIn(double.key), TS_API_URL: double.url, ...overrides });
const entries = (overrides: Record<string, string> = {}) => {
  const one = site(overrides);
  return tailnetPolicy(one, makeWire(one));
};
const apply = (overrides: Record<string, string> = {}) => applyPolicy(connect(withKey(double)), entries(overrides));
async function drift(overrides: Record<string, string> = {}) {
  const one = site(overrides);
  return policyDrift(one, makeWire(one), "/nonexistent");
}
const policyWith = (section: string, ...rows: string[]): string => `{\n  "tagOwners": {"tag:web": []},\n  "${section}": [\n${rows.map((row) => `    ${row},\n`).join("")}  ],\n}\n`;
const acl = (src: string, dst: string): string => `{"action": "accept", "src": ["${src}"], "dst": ["${dst}"]}`;
const grant = (src: string, dst: string, ip: string): string => `{"src": ["${src}"], "dst": ["${dst}"], "ip": ["${ip}"]}`;

describe("a policy that lets everybody reach everything", () => {
  const refusedLines = async (text: string): Promise<string[]> => {
    double.policy = text;
    const error: unknown = await apply().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return errorLines(error as Parameters<typeof errorLines>[0]);
  };

  test.each([
    ["Tailscale's default", DEFAULT_POLICY, '"grants[0]" (line 4, column 3), * -> *:*', "grants[0]"],
    ["in the old form", policyWith("acls", acl("*", "*:*")), '"acls[0]" (line 4, column 5), * -> *:*', "acls[0]"],
    ["by every protocol", policyWith("grants", grant("*", "*", "*:*")), '"grants[0]" (line 4, column 5), * -> *:*', "grants[0]"],
    ["for tagged nodes", policyWith("grants", grant("tag:web", "tag:web", "22"), grant("autogroup:tagged", "*", "*")), '"grants[1]" (line 5, column 5), autogroup:tagged -> *:*', "grants[1]"],
    ["by addresses", policyWith("acls", acl("100.64.0.0/10", "100.64.0.0/10:*")), '"acls[0]" (line 4, column 5), 100.64.0.0/10 -> 100.64.0.0/10:*', "acls[0]"],
    ["the edge alone", policyWith("acls", acl("tag:reverse-proxy", "tag:stalwart:1-1000")), '"acls[0]" (line 4, column 5), tag:reverse-proxy -> tag:stalwart:1-1000', "acls[0]"],
  ])("%s: the rule, its place and the tests are named, and the ways on", async (_what, text, named) => {
    const before = text;
    const why = explainTests(text, entries());
    expect(why[0]).toContain(`${named}, breaks `);
    expect(why[0]).toContain("tag:reverse-proxy must not reach tag:stalwart:22");
    expect(why[why.length - 1]).toContain("TS_POLICY_DENY_TESTS=false");
    // The double judges addresses by no nodes, so it passes what a real server would not.
    if (text.includes("100.64") || text.includes('["tag:reverse-proxy"]')) return;
    const lines = await refusedLines(text);
    expect(lines.slice(-why.length)).toEqual(why.map((line) => `  ${line}`));
    expect(double.policy).toBe(before);
  });

  test.each([
    ["a grant", DEFAULT_POLICY, '{"src": ["*"], "dst": ["*"], "ip": ["*"]},'],
    ["a rule of the old form", policyWith("acls", acl("*", "*:*")), '{"action": "accept", "src": ["*"], "dst": ["*:*"]},'],
    ["tagged nodes beside others", policyWith("grants", grant("autogroup:tagged", "*", "*")), '{"src": ["autogroup:tagged"], "dst": ["*"], "ip": ["*"]},'],
  ])("%s: the narrower rule, pasted in its place, lets our lines in and is no drift", async (_what, text, rule) => {
    const [, paste] = /narrow it, for example to (\{.*\},) and /.exec(explainTests(text, entries()).join("\n")) ?? [];
    double.policy = text.replace(rule, paste);
    expect(double.policy).not.toBe(text);
    expect(verdictOn(double.policy)).toBeUndefined();
    expect((await apply()).written).toBe(true);
    expect(await drift()).toEqual({ status: "ok", lines: ["tailnet policy: as it should be"] });
  });

  test("goes on without the deny tests where that is wanted, and with the rule accepted all is well", async () => {
    const chosen = { TS_POLICY_DENY_TESTS: "false" };
    expect((await apply(chosen)).written).toBe(true);
    expect(double.policy).toContain("tag:reverse-proxy");
    expect(double.policy).not.toContain('"deny"');
    const { status, lines } = await drift(chosen);
    expect([status, lines]).toEqual(["drift", [expect.stringMatching(/^widened: grants\[\d+\] \(line \d+, column \d+\) lets \* reach .*TS_POLICY_ACCEPT=\* -> \*:\*$/)]]);
    expect((await drift({ ...chosen, TS_POLICY_ACCEPT: "* -> *:*" })).status).toBe("ok");
  });
});

describe("a rule that is somebody's own choice", () => {
  test.each([
    ["admins everywhere", policyWith("acls", acl("autogroup:admin", "*:*")), "autogroup:admin -> *:*"],
    ["written with blanks", policyWith("acls", acl("autogroup:admin", "*:*")), "  autogroup:admin->*:* ;"],
    ["a grant", policyWith("grants", grant("tag:web", "tag:stalwart", "tcp:25")), "tag:web -> tag:stalwart:25"],
    ["several ports", policyWith("acls", acl("tag:web", "tag:stalwart:143,25")), "tag:web -> tag:stalwart:25,tag:stalwart:143"],
    ["several rules", policyWith("acls", acl("autogroup:admin", "*:*"), acl("group:ops", "*:25")), "group:ops -> *:25; autogroup:admin -> *:*"],
  ])("%s: named until it is accepted, and then only when it says more", async (_what, text, accept) => {
    double.policy = text;
    await apply();
    const first = await drift();
    expect([first.status, first.lines.every((line) => /^widened: .*\(line \d+, column \d+\) .*TS_POLICY_ACCEPT=/.test(line))]).toEqual(["drift", true]);
    const accepted = { TS_POLICY_ACCEPT: accept };
    expect(await drift(accepted)).toEqual({ status: "ok", lines: ["tailnet policy: as it should be"] });
    double.policy = double.policy.replace(/(\{(?:"action": "accept", )?"src": \[)("(?:autogroup:admin|tag:web)")/, '$1"group:new", $2');
    const later = await drift(accepted);
    expect([later.status, later.lines.length > 0, later.lines.filter((line) => !/^widened: .*group:new/.test(line))]).toEqual(["drift", true, []]);
  });

  test("what a line offers to accept is what accepts it", async () => {
    double.policy = policyWith("acls", acl("autogroup:admin", "*:*"), '{"action": "accept", "src": ["ann@example.com", "tag:web"], "dst": ["tag:stalwart:*"], "srcPosture": ["posture:ok"]}');
    await apply();
    let accepted = "none";
    for (let round = 0; round < 2; round += 1) {
      const { lines } = await drift({ TS_POLICY_ACCEPT: accepted });
      accepted = /TS_POLICY_ACCEPT=(.*)$/.exec(lines[0])?.[1] ?? "";
    }
    expect((await drift({ TS_POLICY_ACCEPT: accepted })).status).toBe("ok");
  });

  test.each(["everything", "a ->", "-> b:1", "a -> b:1; c"])("a setting that is no rule is refused: %s", (text) =>
    expect(() => site({ TS_POLICY_ACCEPT: text })).toThrow(/TS_POLICY_ACCEPT: got ".*"; allowed: .*source -> destination:ports/s));
});

describe("the live policy beside ours", () => {
  const found = (text: string, overrides: Record<string, string> = {}): string[] => {
    const one = site(overrides);
    const wire = makeWire(one);
    const wanted = tailnetPolicy(one, wire);
    return comparePolicy(mergePolicy(text, wanted, { allowFirstRule: true }).text, wanted, wire).map(({ kind, what }) => `${kind}: ${what}`);
  };
  const row = (more: string): string => `{\n  "acls": [],\n  ${more}\n}\n`;

  test.each<[string, string, Record<string, string>, RegExp[]]>([
    ["every protocol and port", policyWith("grants", grant("tag:web", "tag:stalwart", "*:*")), {}, [/^widened: .*25 \(smtp\)/]],
    ["every protocol, one port", policyWith("grants", grant("tag:web", "tag:stalwart", "*:25")), {}, [/^widened: .*lets tag:web reach tag:stalwart on 25 \(smtp\)$/]],
    ["an older word for members", policyWith("acls", acl("autogroup:members", "tag:stalwart:993")), { PUBLIC_LINES: "smtp", TAILNET_LINES: "imaps" }, []],
    ["members by the older word, where only some may", policyWith("acls", acl("autogroup:members", "tag:stalwart:993")), { PUBLIC_LINES: "smtp", TAILNET_LINES: "imaps", TAILNET_USERS: "group:ops" }, [/^widened: .*autogroup:members/]],
    ["no IPv4 at all", row('"disableIPv4": true,'), {}, [/^obstacle: IPv4 is disabled \(line \d+, column \d+\) for tag:stalwart, tag:reverse-proxy: .*IPv4/]],
    ["no IPv4 for all nodes", row('"nodeAttrs": [{"target": ["*"], "attr": ["disable-ipv4"]}],'), {}, [/^obstacle: /]],
    ["no IPv4 for the edge", row('"nodeAttrs": [{"target": ["tag:reverse-proxy"], "attr": ["funnel", "disable-ipv4"]}],'), {}, [/^obstacle: .*for tag:reverse-proxy:/]],
    ["no IPv4 for people", row('"nodeAttrs": [{"target": ["autogroup:member"], "attr": ["disable-ipv4"]}],'), {}, []],
    ["IPv4 on", row('"disableIPv4": false,'), {}, []],
    ["a default posture", row('"defaultSrcPosture": ["posture:latest"],'), {}, [/^note: defaultSrcPosture is posture:latest \(line \d+, column \d+\)/]],
    ["an empty default posture", row('"defaultSrcPosture": [],'), {}, []],
    ["a rule with line breaks in its names", policyWith("grants", grant("group:a\\nb\\u001b[31m", "tag:stalwart", "25")), {}, [/^widened: .*group:a b \[31m reach/]],
  ])("%s", (_what, text, overrides, lines) => expect(found(text, overrides)).toEqual(lines.map((line) => expect.stringMatching(line) as string)));

  test("a default posture is no drift, and a tailnet without IPv4 is one", async () => {
    double.policy = row('"defaultSrcPosture": ["posture:latest"],');
    expect((await apply()).warnings).toEqual([expect.stringContaining("defaultSrcPosture")]);
    expect(await drift()).toEqual({ status: "ok", lines: ["tailnet policy: as it should be", expect.stringMatching(/^note: /)] });
    double.policy = row('"disableIPv4": true,');
    expect((await apply()).warnings).toEqual([expect.stringContaining("IPv4 is disabled")]);
    expect((await drift()).status).toBe("drift");
  });

  test("the first rule names the setting that allows it", () =>
    expect(() => mergePolicy("{}", entries())).toThrow(/our first grant would end that for the whole tailnet; .*TS_POLICY_FIRST_RULE=true/));
});
