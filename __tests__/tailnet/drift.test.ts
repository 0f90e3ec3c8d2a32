import { connect } from "../../lib/tailnet/api";
import { applyPolicy } from "../../lib/tailnet/apply";
import { policyDrift } from "../../lib/tailnet/drift";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { TailscaleDouble, type Fault } from "./double";
import { secretIn, withKey } from "./targets";

const FOREIGN = '{\n  "tagOwners": {"tag:web": []},\n  "grants": [\n    {"src": ["tag:web"], "dst": ["tag:web"], "ip": ["tcp:22"]},\n  ],\n}\n';

let double: TailscaleDouble;
beforeEach(async () => {
  double = await TailscaleDouble.start({ policy: FOREIGN });
});
afterEach(() => double.stop());

/** What the library says, from the settings that an operator makes. */
async function drift(overrides: Record<string, string> = {}) {
  const site = deployment({ TS_API_KEY_FILE: secretIn(double.key), TS_API_URL: double.url, ...overrides });
  return policyDrift(site, makeWire(site), "/nonexistent");
}
async function applied(): Promise<string> {
  const site = deployment();
  await applyPolicy(connect(withKey(double)), tailnetPolicy(site, makeWire(site)));
  return double.policy;
}

test("nothing of ours is there", async () => {
  const { status, lines } = await drift();
  expect(status).toBe("drift");
  expect(lines.every((line) => line.startsWith("missing: "))).toBe(true);
});

test("after applying all is well, and nothing is written by looking", async () => {
  await applied();
  expect(await drift()).toEqual({ status: "ok", lines: ["tailnet policy: as it should be"] });
  expect(double.writes).toBe(1);
});

test.each<[string, (text: string) => string, RegExp]>([
  ["somebody took a port out", (text) => text.replace(/^.*"tcp:465".*\n/m, ""), /^changed: .*465/m],
  ["somebody lets others reach the mail ports", (text) => text.replace('"grants": [', '"grants": [\n    {"src": ["tag:web"], "dst": ["tag:stalwart"], "ip": ["tcp:25"]},'), /^widened: .*tag:web/m],
  ["a rule elsewhere makes a test of ours fail", (text) => text.replace('"grants": [', '"grants": [\n    {"src": ["*"], "dst": ["*"], "ip": ["*"]},'), /^tests: tag:reverse-proxy: address "tag:stalwart:22"/m],
  ["the policy cannot be read", (text) => text.replace("{", "{{"), /^unreadable: /m],
])("%s", async (_what, edit, line) => {
  double.policy = edit(await applied());
  const { status, lines } = await drift();
  expect([status, lines.join("\n")]).toEqual(["drift", expect.stringMatching(line)]);
});

test.each<[string, Fault]>([
  ["the key is refused", { status: 401, body: { message: "API token invalid" } }],
  ["the server fails", { status: 503 }],
  ["the connection is cut", "cut"],
])("not known when %s", async (_what, fault) => {
  double.fail(/acl$/, fault);
  const { status, lines } = await drift();
  expect([status, lines[0]]).toEqual(["unknown", expect.stringMatching(/^tailnet policy: 127/)]);
});

test("not known without a credential, and says which one is wanted", async () => {
  const site = deployment();
  expect(await policyDrift(site, makeWire(site), "/nonexistent")).toEqual({
    status: "unknown",
    lines: ["tailnet policy: not looked at, there is no credential; set TS_API_KEY, or TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET"],
  });
});
