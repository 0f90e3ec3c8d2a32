import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PolicyTarget } from "../../lib/tailnet/api";
import type { PolicyJob } from "../../lib/tailnet/job";
import { tailnetPolicy } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { POLICY_PROGRAM, compiled } from "../compiled";
import { deployment } from "../deployment";
import { dial } from "./clients";
import { HEADSCALE } from "./headscale";
import { Running, type Result } from "./processes";
import { NEEDS, describeWith } from "./programs";
import { TAILSCALE, TAILSCALED, TUN, Tailnet, type TailnetNode } from "./tailnet";

const FOREIGN = `// The company's own policy.
{
  "groups": {"group:ops": ["bob@"]}, // on call
  "grants": [
    {"src": ["group:ops"], "dst": ["group:ops"], "ip": ["tcp:22"]},
  ],
}
`;

describeWith([NEEDS.namespaces, NEEDS.ip, HEADSCALE, TAILSCALED, TAILSCALE, TUN], "the program that writes the policy, with a real headscale and real nodes", () => {
  const program = compiled(POLICY_PROGRAM)("tailnet/apply-command.js");
  const one = deployment({ TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tail.one.test", TAILNET_TEST_USER: "alice@", TAILNET_ADMINS: "bob@", PUBLIC_LINES: "smtp,submissions,imaps", TAILNET_LINES: "imap" });
  const wire = makeWire(one);
  const wanted = tailnetPolicy(one, wire);
  let tailnet: Tailnet;
  let folder: string;
  let target: PolicyTarget;
  const nodes: Record<string, TailnetNode> = {};

  const apply = (...args: string[]): Promise<Result> => tailnet.hub.run(process.execPath, [program, ...args, join(folder, "job.json")]);
  const live = async (): Promise<string> => (await tailnet.headscale.tell("policy", "get")).trimEnd();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-apply-"));
    tailnet = await Tailnet.start("tail.one.test");
    for (const user of ["alice", "bob"]) await tailnet.headscale.tell("users", "create", user);
    const key = (await tailnet.headscale.tell("apikeys", "create", "-e", "1h")).trim().split("\n").pop() ?? "";
    writeFileSync(join(folder, "key"), key, { mode: 0o600 });
    target = { kind: "headscale", url: tailnet.url, credential: { variable: "HEADSCALE_API_KEY", file: join(folder, "key") } };
    writeFileSync(join(folder, "job.json"), JSON.stringify({ target, wanted, allowFirstRule: false } satisfies PolicyJob));
  });
  afterAll(async () => {
    await tailnet?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("refuses to end an allow-all policy, and puts nothing into it", async () => {
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([1, expect.stringContaining("everybody reaches everything")]);
    expect((await tailnet.headscale.ask("policy", "get")).code).not.toBe(0);
  });

  test("becomes the first policy when it may, and leaves none behind", async () => {
    writeFileSync(join(folder, "first.json"), JSON.stringify({ target, wanted, allowFirstRule: true } satisfies PolicyJob));
    const first = (...args: string[]): Promise<Result> => tailnet.hub.run(process.execPath, [program, ...args, join(folder, "first.json")]);
    expect(await first()).toMatchObject({ code: 0, stderr: "" });
    expect(await live()).toContain('"tag:stalwart"');
    expect(await first("--remove")).toMatchObject({ code: 0, stderr: "" });
    expect((await live()).trim()).toBe("");
  });

  test("before the nodes have joined, all but the tests goes in", async () => {
    expect(await tailnet.headscale.policy("set", FOREIGN)).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await apply();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^tailnet policy: \d+ entries added; validated; written\n/);
    expect(stdout).toMatch(/WITHOUT the tests that name [^\n]*tag:reverse-proxy/);
    expect(await live()).toContain('"tag:stalwart"');
    expect(await live()).not.toContain('"tests"');
  });

  describe("with real nodes", () => {
    const reached = async (from: TailnetNode, port: number): Promise<boolean> => (await dial(from.namespace, [{ host: nodes.mailbox.address, port, forMs: 2500, until: "hello" }]))[0].text.includes("hello");
    let listener: Running;

    beforeAll(async () => {
      nodes.mailbox = await tailnet.join("mailbox", ["--tags", "tag:stalwart"]);
      nodes.edge = await tailnet.join("edge", ["--tags", "tag:reverse-proxy"]);
      nodes.laptop = await tailnet.join("laptop", ["--user", "1"]);
      const serve = "for (const port of [22, 25, 143, 5432]) require('net').createServer((socket) => socket.end('hello\\n')).listen(port, '0.0.0.0')";
      listener = await nodes.mailbox.namespace.start(process.execPath, ["-e", serve], { log: join(folder, "listener.log") });
      await nodes.mailbox.namespace.untilListening([22, 25, 143, 5432], listener);
    }, 120_000);
    afterAll(() => listener?.stop());

    const WAYS: readonly (readonly [string, number])[] = [["edge", 25], ["laptop", 143], ["edge", 143], ["edge", 22], ["edge", 5432], ["laptop", 25], ["laptop", 22]];
    /** All ways that are open, asked until they are as expected or time is over: a policy takes a moment to reach the nodes. */
    const open = async (expected: readonly string[]): Promise<string[]> => {
      for (let tries = 0; ; tries += 1) {
        const answers = await Promise.all(WAYS.map(async ([from, port]) => ((await reached(nodes[from], port)) ? [`${from} ${port}`] : [])));
        const now = answers.flat();
        if (tries === 4 || now.join() === expected.join()) return now;
      }
    };
    const OURS = ["edge 25", "laptop 143"];

    test("without our lines nothing is reached, with them exactly the wire, and without them nothing again", async () => {
      expect((await apply("--remove")).code).toBe(0);
      expect(await live()).toBe(FOREIGN.trimEnd());
      expect(await open([])).toEqual([]);

      const { code, stdout } = await apply();
      expect([code, stdout]).toEqual([0, expect.not.stringContaining("WITHOUT")]);
      expect(await live()).toContain('"tests"');
      expect(await open(OURS)).toEqual(OURS);
      expect((await apply()).stdout).toBe("tailnet policy: as it should be; nothing written\n");

      expect((await apply("--remove")).stdout).toMatch(/^tailnet policy: \d+ entries removed; validated; written\n/);
      expect(await live()).toBe(FOREIGN.trimEnd());
      expect(await open([])).toEqual([]);
    }, 120_000);

    test("refuses where somebody's rule lets the edge reach more, and says which way", async () => {
      expect(await tailnet.headscale.policy("set", FOREIGN.replace('"grants": [', '"grants": [ {"src": ["*"], "dst": ["*"], "ip": ["*"]},'))).toMatchObject({ code: 0 });
      const before = await live();
      const { code, stderr } = await apply();
      expect([code, stderr]).toEqual([1, expect.stringContaining("tag:reverse-proxy -> tag:stalwart:22 (tcp): expected DENIED, got ALLOWED")]);
      expect(await live()).toBe(before);
      await tailnet.headscale.policy("set", FOREIGN);
    });

    test("refuses a key that is not known, and shows it nowhere", async () => {
      writeFileSync(join(folder, "wrong"), "hskey-api-wrongwrong-0123456789");
      writeFileSync(join(folder, "wrong.json"), JSON.stringify({ target: { ...target, credential: { ...target.credential, file: join(folder, "wrong") } }, wanted, allowFirstRule: false } satisfies PolicyJob));
      const { code, stdout, stderr } = await tailnet.hub.run(process.execPath, [program, join(folder, "wrong.json")]);
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/^tailnet policy: .* does not accept HEADSCALE_API_KEY \(401\)/)]);
      expect(stderr).not.toContain("wrongwrong");
    });
  });
});
