import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyJob } from "../../lib/tailnet/job";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { POLICY_PROGRAM, compiled } from "../compiled";
import { deployment } from "../deployment";
import { TailscaleDouble } from "./double";
import { withKey } from "./targets";

const FOREIGN = '{\n  // theirs\n  "grants": [\n    {"src": ["a@one.test"], "dst": ["b@one.test"], "ip": ["tcp:22"]},\n  ],\n}\n';
const program = compiled(POLICY_PROGRAM)("tailnet/apply-command.js");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const start = (...args: readonly string[]): Promise<Ended> =>
  new Promise((done) => execFile(process.execPath, [program, ...args], (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), stdout, stderr })));

let double: TailscaleDouble;
let folder: string;
beforeEach(async () => {
  double = await TailscaleDouble.start({ policy: FOREIGN });
  folder = mkdtempSync(join(tmpdir(), "tailwart-command-"));
});
afterEach(async () => {
  await double.stop();
  rmSync(folder, { recursive: true });
});

const jobFile = (): string => {
  const site = deployment();
  const job: PolicyJob = { target: withKey(double), wanted: tailnetPolicy(site, makeWire(site)), allowFirstRule: false };
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  return join(folder, "job.json");
};

test("what a person reads in the log of a deploy", async () => {
  const file = jobFile();
  const first = await start(file);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout.split("\n")[0]).toBe("tailnet policy: 6 entries added; validated; written");
  expect(await start(file)).toEqual({ code: 0, stdout: "tailnet policy: as it should be; nothing written\n", stderr: "" });
  const last = await start("--remove", file);
  expect([last.code, last.stdout.split("\n")[0], double.policy]).toEqual([0, "tailnet policy: 6 entries removed; validated; written", FOREIGN]);
  expect(first.stdout + last.stdout).not.toContain(double.key);
});

test("fails with the reason in one line, the server's words below it, and writes nothing", async () => {
  double.fail(/acl$/, { status: 403, body: { message: "calling actor does not have enough permissions to perform this function" } });
  const { code, stdout, stderr } = await start(jobFile());
  expect([code, stdout, stderr.split("\n")]).toEqual([1, "", [expect.stringMatching(/^tailnet policy: .* forbids it \(403\): .*scope policy_file$/), "  calling actor does not have enough permissions to perform this function", ""]]);
  expect(double.writes).toBe(0);
});

test("refuses a policy without rules, and a wrong command line", async () => {
  double.policy = "{}";
  expect(await start(jobFile())).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^tailnet policy: it has neither "grants" nor "acls".*\n$/) });
  expect(await start("--remvoe")).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: /) });
});
