import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { POLICY_PROGRAM, compiled } from "../compiled";
import { dial } from "./clients";
import { HEADSCALE } from "./headscale";
import { Running, until } from "./processes";
import { NEEDS, describeWith, pathOf } from "./programs";
import { TAILSCALE, TAILSCALED, TUN, Tailnet, type TailnetNode } from "./tailnet";

const DOMAIN = "tail.one.test";
const HOST = `stalwart.${DOMAIN}`;
const POLICY = { tagOwners: { "tag:stalwart": ["bob@"], "tag:other": ["bob@"], "tag:reverse-proxy": ["bob@"] }, grants: [{ src: ["*"], dst: ["*"], ip: ["*"] }] };

/** What deploy does at its end, where the control server is reached; the engine's `docker exec` goes to the node itself. */
const RIGHT_NAMES = `
  const [program, tailscale, socket, url, key, quietMs] = process.argv.slice(1);
  const { rightNames } = require(program);
  const { spawnSync } = require("node:child_process");
  const exec = async (_, [, ...args]) => spawnSync(tailscale, ["--socket=" + socket, ...args], { encoding: "utf8" });
  const credential = key === "" ? undefined : { secret: "HEADSCALE_API_KEY" };
  const site = {
    place: { project: "/" }, wire: { edges: [], mailbox: { host: "${HOST}", tag: "tag:stalwart" } }, edgeOf: () => undefined,
    engine: () => ({ exec }), say: (line) => console.log(line),
    deployment: { tailnet: { headscale: url, policy: { url, credential } }, secrets: { HEADSCALE_API_KEY: { name: "HEADSCALE_API_KEY", source: key } } },
    chosen: [{ name: "mailbox", containers: [{ name: "tailwart-stalwart-sidecar", files: [{ path: "/opt/tailwart/sidecar.sh" }] }] }],
  };
  rightNames(site, quietMs ? { quietMs: Number(quietMs) } : {}).then((fine) => console.log(String(fine)));
`;

describeWith([NEEDS.namespaces, NEEDS.ip, HEADSCALE, TAILSCALED, TAILSCALE, TUN], "a node that lost its name, with a real headscale and real nodes", () => {
  const program = compiled([...POLICY_PROGRAM, "deploy/node-name.ts", "deploy/own-node.ts"])("deploy/node-name.js");
  let tailnet: Tailnet;
  let folder: string;
  let old: TailnetNode;
  let own: TailnetNode;
  let edge: TailnetNode;
  const listeners: Running[] = [];

  const tagged = (tag: string): string[] => ["--tags", tag];
  /** @returns what it said, and at last whether the name is right */
  const deploy = async ({ key = join(folder, "key"), node = own, quietMs = "" } = {}): Promise<string[]> => {
    const { stdout, stderr } = await tailnet.hub.run(process.execPath, ["-e", RIGHT_NAMES, program, pathOf(TAILSCALE), node.socket, tailnet.url, key, quietMs], { timeoutMs: 90_000 });
    expect(stderr).toBe("");
    return stdout.trim().split("\n");
  };
  const nodes = async () =>
    (JSON.parse(await tailnet.headscale.tell("nodes", "list", "-o", "json")) as { id: number; given_name: string; online?: boolean }[]).map(({ id, given_name: name, online = false }) => ({ id, name, online }));
  const gone = (id: number) => until(`headscale sees that node ${id} is gone`, async () => (await nodes()).some((one) => one.id === id && !one.online), { timeoutMs: 60_000, everyMs: 500 });
  /** What a program on the edge reaches under the name. */
  const reached = async (): Promise<string> => (await dial(edge.namespace, [{ host: HOST, port: 25, forMs: 3000, until: "mailbox" }]))[0].text;
  const serve = async (node: TailnetNode, word: string): Promise<void> => {
    const script = `require('net').createServer((socket) => socket.end('${word}\\n')).listen(25, '0.0.0.0')`;
    const listener = await node.namespace.start(process.execPath, ["-e", script], { log: join(folder, `${word}.log`) });
    listeners.push(listener);
    await node.namespace.untilListening([25], listener);
  };
  const IS_NOT = `tailnet node: tailwart-stalwart-sidecar is stalwart-1.${DOMAIN}, and everybody dials ${HOST}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-names-"));
    tailnet = await Tailnet.start(DOMAIN);
    await tailnet.headscale.tell("users", "create", "bob");
    expect(await tailnet.headscale.policy("set", JSON.stringify(POLICY))).toMatchObject({ code: 0 });
    writeFileSync(join(folder, "key"), (await tailnet.headscale.tell("apikeys", "create", "-e", "1h")).trim().split("\n").pop() ?? "", { mode: 0o600 });
    old = await tailnet.join("old", tagged("tag:stalwart"), "stalwart");
    edge = await tailnet.join("edge", tagged("tag:reverse-proxy"));
    own = await tailnet.join("new", tagged("tag:stalwart"), "stalwart");
    await serve(old, "old mailbox");
    await serve(own, "new mailbox");
  }, 120_000);
  afterAll(async () => {
    for (const listener of listeners) await listener.stop();
    await tailnet?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("registered again, it is stalwart-1; while the other one is online nothing is removed, and that is said", async () => {
    expect((await nodes()).map(({ name }) => name)).toEqual(["stalwart", "edge", "stalwart-1"]);
    expect(await deploy({ node: old })).toEqual(["true"]);
    expect(await deploy()).toEqual([IS_NOT, `tailnet node: ${HOST} stays with node 1: it is online, so two machines have the same task; stop one of them and deploy again`, "false"]);
    expect(await nodes()).toHaveLength(3);
    expect(await reached()).toContain("old mailbox");
  });

  test("without a credential, or with a wrong one, a person is told what to do", async () => {
    const hand = "by hand: headscale nodes list, headscale nodes delete -i ID of the old stalwart, headscale nodes rename -i ID of stalwart-1 stalwart";
    expect(await deploy({ key: "" })).toEqual([IS_NOT, `tailnet node: no credential is set that could mend it; set HEADSCALE_API_KEY, and deploy again; or ${hand}`, "false"]);
    writeFileSync(join(folder, "wrong"), "hskey-api-wrongwrong-0123456789");
    expect(await deploy({ key: join(folder, "wrong") })).toEqual([IS_NOT, expect.stringMatching(/^tailnet node: .* does not accept HEADSCALE_API_KEY \(401\)/), `tailnet node: ${hand}`, "false"]);
  });

  test("one that was there a moment ago may come back, and stays", async () => {
    await old.leave();
    await gone(1);
    expect(await deploy()).toEqual([IS_NOT, expect.stringMatching(/stays with node 1: it was seen \d+ s ago and may only be starting again; deploy again in 3 min$/), "false"]);
    expect(await nodes()).toHaveLength(3);
  });

  test("one that is gone for good is removed, and the name leads to the new node", async () => {
    // It has to have been away for a second, and the control server's times have their own clock.
    await new Promise((wake) => setTimeout(wake, 3000));
    expect(await deploy({ quietMs: "1000" })).toEqual([
      IS_NOT,
      expect.stringMatching(/^tailnet node: removed node 1 \(tag:stalwart\), the old stalwart, last seen 20\d\d-\S+Z$/),
      "tailnet node: renamed node 3 from stalwart-1 to stalwart",
      `tailnet node: tailwart-stalwart-sidecar is ${HOST} now`,
      "true",
    ]);
    expect((await nodes()).map(({ id, name }) => ({ id, name }))).toEqual([{ id: 2, name: "edge" }, { id: 3, name: "stalwart" }]);
    expect(await until("the name leads to the new node", async () => (await reached()).includes("new mailbox"), { timeoutMs: 30_000 })).toBe(true);
    expect(await deploy()).toEqual(["true"]);
  }, 120_000);

  test("a name that nobody has any more is taken; one that another task has is not", async () => {
    await tailnet.headscale.tell("nodes", "rename", "-i", "3", "somebody");
    await until("the node knows", async () => (await deploy({ key: "" })).length > 1, { timeoutMs: 20_000 });
    expect(await deploy()).toEqual([expect.stringContaining(`is somebody.${DOMAIN}`), "tailnet node: renamed node 3 from somebody to stalwart", expect.stringContaining("now"), "true"]);

    await tailnet.headscale.tell("nodes", "rename", "-i", "3", "somebody");
    const other = await tailnet.join("other", tagged("tag:other"), "stalwart");
    await other.leave();
    await gone(4);
    expect(await deploy({ quietMs: "1" })).toEqual([expect.any(String), `tailnet node: ${HOST} stays with node 4: it belongs to tag:other, not to tag:stalwart; give that machine another name, or ours (STALWART_MAGIC_NAME, EDGE_MAGIC_NAME)`, "false"]);
    expect((await nodes()).map(({ name }) => name)).toEqual(["edge", "somebody", "stalwart"]);
  }, 120_000);
});
