import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../lib/tailnet/api";
import { editPolicy } from "../../lib/tailnet/apply";
import type { PolicyJob } from "../../lib/tailnet/job";
import { mergePolicy } from "../../lib/tailnet/merge";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { POLICY_PROGRAM, compiled } from "../compiled";
import { deployment } from "../deployment";
import { TailscaleDouble, type Fault } from "../tailnet/double";
import { secretIn, withKey, withOAuth } from "../tailnet/targets";
import { makeCertificate } from "./certificates";
import { run, sleep, type Result } from "./processes";
import { NEEDS, describeWith, pathOf } from "./programs";
import { GITOPS_PUSHER } from "./tailnet";

const FOREIGN = `// theirs
{
  "tagOwners": {"tag:web": []}, // web
  "grants": [
    {"src": ["tag:web"], "dst": ["tag:web"], "ip": ["tcp:22"]},
  ],
}
`;
const OPEN = FOREIGN.replace('"grants": [', '"grants": [\n    {"src": ["*"], "dst": ["*"], "ip": ["*"]},');

describeWith([NEEDS.openssl], "the program that writes the policy, against the Tailscale API's double", () => {
  const program = compiled(POLICY_PROGRAM)("tailnet/apply-command.js");
  const one = deployment();
  const wanted = tailnetPolicy(one, makeWire(one));
  let folder: string;
  let double: TailscaleDouble;
  let trust: string;

  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "tailwart-double-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => double.stop());

  const job = (target: PolicyJob["target"]): string => {
    const file = join(folder, "job.json");
    writeFileSync(file, JSON.stringify({ target, wanted, allowFirstRule: false } satisfies PolicyJob));
    return file;
  };
  const plain = async (policy = FOREIGN): Promise<string> => job(withKey((double = await TailscaleDouble.start({ policy }))));

  test("killed at any point it leaves the old policy or the new one", async () => {
    const file = await plain();
    double.latencyMs = 25;
    const fresh = mergePolicy(FOREIGN, wanted).text;
    const left = { old: 0, new: 0 };
    const began = performance.now();
    expect((await run(process.execPath, [program, file])).code).toBe(0);
    const whole = performance.now() - began;
    for (let round = 0; round < 30; round += 1) {
      double.policy = FOREIGN;
      const before = double.history.length;
      const child = spawn(process.execPath, [program, file], { stdio: "ignore" });
      const ended = new Promise((done) => child.once("exit", done));
      await Promise.race([ended, sleep(whole * (0.3 + (round + Math.random()) / 30))]);
      child.kill("SIGKILL");
      await ended;
      await sleep(60);
      expect([FOREIGN, fresh]).toContain(double.policy);
      expect(double.history.length - before).toBeLessThanOrEqual(1);
      left[double.policy === FOREIGN ? "old" : "new"] += 1;
    }
    process.stdout.write(`killed 30 times: ${left.old} times the old policy was left, ${left.new} times the new one\n`);
    expect(left.old).toBeGreaterThan(0);
    expect(left.new).toBeGreaterThan(0);
  });

  test("while ten others write, all of theirs and ours are there", async () => {
    const file = await plain();
    double.latencyMs = 5;
    const tags = Array.from({ length: 10 }, (_, index) => `tag:writer${index}`);
    const others = tags.map((tag) =>
      editPolicy(connect(withKey(double)), (text) => (text.includes(`"${tag}"`) ? { text, changed: false, added: [], removed: [] } : { text: text.replace('"tagOwners": {', `"tagOwners": {"${tag}": [],`), changed: true, added: [tag], removed: [] }), { retries: 100, pauseMs: () => 50 + Math.random() * 400 }),
    );
    const ours = [0, 1].map(() => run(process.execPath, [program, file]));
    await Promise.all(others);
    for (const { code, stderr } of await Promise.all(ours)) expect([code, stderr]).toEqual([0, ""]);
    for (const tag of tags) expect(double.policy).toContain(`"${tag}"`);
    expect(mergePolicy(double.policy, wanted).changed).toBe(false);
  });

  test("a policy of 100 KB takes less than half a second of work", async () => {
    // Its own time on the processor, which neither the network nor a busy machine adds to.
    const clock = join(folder, "clock.js");
    writeFileSync(clock, "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write(String(Math.round((user + system) / 1000))); });");
    const rules = Array.from({ length: 1300 }, (_, index) => `    {"src": ["tag:web"], "dst": ["tag:web"], "ip": ["tcp:${10000 + index}"]}, // ${index} ops`).join("\n");
    const large = FOREIGN.replace('"grants": [', `"grants": [\n${rules}`);
    expect(large.length).toBeGreaterThan(100_000);
    const file = await plain(large);
    const times: { readonly work: number; readonly wall: number }[] = [];
    for (let round = 0; round < 5; round += 1) {
      double.policy = large;
      const began = performance.now();
      const { code, stderr } = await run(process.execPath, ["--require", clock, program, file]);
      expect(code).toBe(0);
      times.push({ work: Number(stderr), wall: Math.round(performance.now() - began) });
    }
    process.stdout.write(`100 KB, the whole program: ${times.map(({ work, wall }) => `${work} ms of work in ${wall} ms`).join(", ")}\n`);
    expect(Math.min(...times.map(({ work }) => work))).toBeLessThan(500);
  });

  describeWith([GITOPS_PUSHER], "judged by Tailscale's gitops-pusher", () => {
    type How = "key" | "oauth" | "wrong key" | "wrong oauth";
    const targetOf = (how: How): PolicyJob["target"] => {
      const target = how.endsWith("oauth") ? withOAuth(double) : withKey(double);
      const credential = how.startsWith("wrong") ? { ...target.credential, file: secretIn("tskey-wrong") } : target.credential;
      return { ...target, url: `https://${double.host.replace("127.0.0.1", "localhost")}`, credential };
    };
    const secured = async (policy: string): Promise<void> => {
      const { cert, key } = await makeCertificate(folder, "localhost", ["localhost"]);
      trust = cert;
      double = await TailscaleDouble.start({ policy, tls: { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") } });
    };
    const ours = (how: How): Promise<Result> => run(process.execPath, [program, job(targetOf(how))], { env: { NODE_EXTRA_CA_CERTS: trust } });
    const theirs = (how: How, verb: "apply" | "test", text: string): Promise<Result> => {
      const file = join(folder, "policy.hujson");
      writeFileSync(file, text);
      const { url, credential } = targetOf(how);
      const secret = readFileSync(credential.file, "utf8");
      const env: Record<string, string> = how.endsWith("oauth") ? { TS_OAUTH_ID: double.clientId, TS_OAUTH_SECRET: secret } : { TS_API_KEY: secret };
      rmSync(join(folder, "cache.json"), { force: true });
      const command = ["-policy-file", file, "-cache-file", join(folder, "cache.json"), "-api-server", url.replace("https://", ""), "-github-syntax=false", verb];
      return run(pathOf(GITOPS_PUSHER), command, { env: { ...env, TS_TAILNET: "-", SSL_CERT_FILE: trust } });
    };

    interface Case {
      readonly how?: How;
      readonly policy?: string;
      readonly faults?: readonly [RegExp, Fault, number][];
      readonly busy?: true;
      readonly ok: boolean;
    }
    test.each<[string, Case]>([
      ["succeed with a key", { ok: true }],
      ["succeed with an OAuth client", { how: "oauth", ok: true }],
      ["fail with a wrong key", { how: "wrong key", ok: false }],
      ["fail with a wrong OAuth client", { how: "wrong oauth", ok: false }],
      ["fail when a test fails", { policy: OPEN, ok: false }],
      ["fail without the scope", { faults: [[/acl$/, { status: 403, body: { message: "calling actor does not have enough permissions to perform this function" } }, 9]], ok: false }],
      ["fail when the server fails", { faults: [[/acl$/, { status: 500, body: { message: "internal error" } }, 9]], ok: false }],
      ["fail when the connection is cut", { faults: [[/acl$/, "cut", 9]], ok: false }],
      ["fail when others keep writing first", { busy: true, ok: false }],
    ])("both %s", async (_what, { how = "key", policy = FOREIGN, faults = [], busy, ok }) => {
      const wantedText = mergePolicy(policy, wanted).text;
      const results: Record<string, readonly [code: number, policy: string]> = {};
      for (const [name, work] of [["ours", () => ours(how)], ["theirs", () => theirs(how, "apply", wantedText)]] as const) {
        await secured(policy);
        for (const [path, fault, times] of faults) double.fail(path, fault, times);
        let others = 0;
        if (busy) double.beforeWrite = () => void (double.policy = policy.replace("// theirs", `// theirs ${(others += 1)}`));
        const { code, stdout, stderr } = await work();
        results[name] = [code, busy ? policy : double.policy];
        if (busy) expect(double.policy).not.toContain("tag:stalwart");
        if (!ok) expect(`${stdout}${stderr}`).not.toBe("");
        await double.stop();
      }
      expect(results).toEqual({ ours: [ok ? 0 : 1, ok ? wantedText : policy], theirs: [ok ? 0 : 1, ok ? wantedText : policy] });
      await secured(policy);
    }, 60_000);

    test("both take the check's 200 with a message for a failure", async () => {
      await secured(OPEN);
      const judged = await theirs("key", "test", mergePolicy(OPEN, wanted).text);
      expect([judged.code, judged.stdout]).toEqual([1, expect.stringContaining("test(s) failed")]);
      const mine = await ours("key");
      expect([mine.code, mine.stderr]).toEqual([1, expect.stringContaining("test(s) failed")]);
      // refused by the check already: no write was tried
      expect(double.asked(/^POST .*acl$/)).toEqual([]);
    });
  });
});

describe("in a project's folder", () => {
  const program = compiled(["."]);
  const SETTINGS = { MAIL_DOMAIN: "one.test", TS_TAILNET: "tail0000.ts.net", EDGE_IPV4: "192.0.2.25" };
  let folder: string;
  let double: TailscaleDouble;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-project-"));
    double = await TailscaleDouble.start({ policy: FOREIGN });
  });
  afterAll(async () => {
    await double.stop();
    rmSync(folder, { recursive: true });
  });
  const start = (name: string, settings: Record<string, string>): Promise<Result> => run(process.execPath, [program(`tailnet/${name}.js`)], { cwd: folder, env: { ...SETTINGS, ...settings } });

  test("npm run policy applies what .env says, and the drift command looks at it", async () => {
    const settings = { TS_API_KEY: double.key, TS_API_URL: double.url };
    expect(await start("drift-command", settings)).toMatchObject({ code: 2, stdout: expect.stringContaining("missing: "), stderr: "" });
    expect(await start("apply-command", settings)).toMatchObject({ code: 0, stdout: expect.stringContaining("; written\n") });
    expect(await start("drift-command", settings)).toEqual({ code: 0, stdout: "tailnet policy: as it should be\n", stderr: "" });
    double.fail(/acl$/, { status: 503 });
    expect(await start("drift-command", settings)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("answers 503") });
  });

  test("refuses where a person merges, and where the key is missing", async () => {
    expect(await start("apply-command", { TS_POLICY: "review" })).toMatchObject({ code: 1, stderr: expect.stringContaining("TS_POLICY is review") });
    expect(await start("apply-command", { TS_POLICY: "apply", TS_API_KEY_FILE: "nothing" })).toMatchObject({ code: 1, stderr: expect.stringContaining("TS_API_KEY: the tailnet's policy is read and written with it") });
  });
});
