import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { policyToRepair } from "../../lib/deploy/policy";
import type { Site } from "../../lib/site/site";
import { Stack } from "../../lib/site/stack";
import { addStacks } from "../../lib/stacks";
import { connect } from "../../lib/tailnet/api";
import { applyPolicy } from "../../lib/tailnet/apply";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { TailscaleDouble } from "../tailnet/double";
import { secretIn, withKey } from "../tailnet/targets";

const FOREIGN = '{\n  "tagOwners": {"tag:web": []},\n  "grants": [\n    {"src": ["tag:web"], "dst": ["tag:web"], "ip": ["tcp:22"]},\n  ],\n}\n';
const outdir = mkdtempSync(join(tmpdir(), "tailwart-out-"));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

let double: TailscaleDouble;
beforeEach(async () => void (double = await TailscaleDouble.start({ policy: FOREIGN })));
afterEach(() => double.stop());

/** What a deploy would apply again, and what it says about it. */
async function repair(overrides: Record<string, string> = {}, name = "tailnet"): Promise<{ again: readonly string[]; said: string[] }> {
  const site = deployment({ TS_API_KEY_FILE: secretIn(double.key), TS_API_URL: double.url, ...overrides });
  const wire = makeWire(site);
  const app = new App({ outdir });
  addStacks(app, { deployment: site, wire, project: outdir });
  app.synth();
  const said: string[] = [];
  const place = { project: outdir } as Site["place"];
  const again = await policyToRepair({ deployment: site, wire, place, say: (line: string) => void said.push(line) } as unknown as Site, new Stack(name, join(outdir, "stacks", name)));
  return { again, said };
}
async function applied(): Promise<string> {
  const site = deployment();
  await applyPolicy(connect(withKey(double)), tailnetPolicy(site, makeWire(site)));
  return double.policy;
}

test("a policy that is as it should be is left alone", async () => {
  await applied();
  expect(await repair()).toEqual({ again: [], said: [] });
});

test("a port that somebody took out is put back by the next deploy, which says so", async () => {
  double.policy = (await applied()).replace(/^.*"tcp:465".*\n/m, "");
  const { again, said } = await repair();
  expect(again).toEqual([expect.stringMatching(/^null_resource\.policy_[0-9A-F]+$/)]);
  expect(said.join("\n")).toMatch(/^tailnet policy: changed: .*465/m);
  expect(await repair({}, "mailbox")).toEqual({ again: [], said: [] });
});

test("what others opened is not ours to take away", async () => {
  double.policy = (await applied()).replace('"grants": [', '"grants": [\n    {"src": ["tag:web"], "dst": ["tag:stalwart"], "ip": ["tcp:25"]},');
  expect(await repair()).toEqual({ again: [], said: [expect.stringMatching(/^note: tailnet policy: widened: .*TS_POLICY_ACCEPT=tag:web -> tag:stalwart:25$/)] });
  expect(await repair({ TS_POLICY_ACCEPT: "tag:web -> tag:stalwart:25" })).toEqual({ again: [], said: [] });
});

test("a person who keeps the policy is not disturbed", async () => expect(await repair({ TS_POLICY: "review" })).toEqual({ again: [], said: [] }));
