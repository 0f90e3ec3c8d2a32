import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeName } from "../../../lib/doctor/checks/node-name";
import { policy } from "../../../lib/doctor/checks/policy";
import type { Ground } from "../../../lib/doctor/ground";
import { renderPolicy, tailnetPolicy } from "../../../lib/tailnet/policy";
import { makeWire } from "../../../lib/wire";
import { deployment } from "../../deployment";
import { HEADSCALE } from "../headscale";
import { until, type Running } from "../processes";
import { describeWith, NEEDS, pathOf } from "../programs";
import { Tailnet, TAILSCALE, TAILSCALED, TUN, type TailnetNode } from "../tailnet";
import { Engine, NC, outcomeOf, WELL } from "./inside";

const OVERRIDES = { TS_LOGIN_SERVER: "http://headscale.test", TS_TAILNET: "tail.one.test", PUBLIC_LINES: "smtp,imaps" };
const SIDECAR = "tailwart-stalwart-sidecar";

describeWith([HEADSCALE, TAILSCALED, TAILSCALE, TUN, NEEDS.namespaces, NEEDS.ip, NC], "the doctor on a real tailnet", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-doctor-"));
  const read = deployment(OVERRIDES);
  const wire = makeWire(read);
  const grants = { ...tailnetPolicy(read, wire), tests: [] };
  let tailnet: Tailnet;
  let mailbox: TailnetNode;
  let edge: TailnetNode;
  let engine: Engine;
  const listeners: Running[] = [];
  const ground = (): Ground => engine.ground(read, {});

  beforeAll(async () => {
    mkdirSync(join(folder, "engine"));
    engine = new Engine(join(folder, "engine"));
    tailnet = await Tailnet.start("tail.one.test");
    await tailnet.headscale.policy("set", renderPolicy(grants));
    mailbox = await tailnet.join("stalwart", ["--tags", read.tailnet.tags.mailbox]);
    edge = await tailnet.join("edge", ["--tags", read.tailnet.tags.edge]);
    // The name is no matter of DNS here; what tailscaled says of nodes is real.
    const hosts = (host: string, address: string): string => `mount --bind ${engine.script("hosts", `127.0.0.1 localhost\n${address} ${host}`)} /etc/hosts`;
    engine.place("tailwart-edge", ["ip", "netns", "exec", edge.namespace.name, "sh", engine.script("in-edge", `${hosts(wire.mailbox.host, mailbox.address)}; exec "$@"`)]);
    engine.place(SIDECAR, ["ip", "netns", "exec", mailbox.namespace.name]);
    engine.script("tailscale", `exec ${pathOf(TAILSCALE)} --socket=${mailbox.socket} "$@"`);
    const script = `for (const port of [${wire.listeners.map(({ port }) => port).join(",")}]) require("node:net").createServer((one) => one.on("error", () => 0).end("220 hello\\r\\n")).listen(port, "0.0.0.0")`;
    listeners.push(await mailbox.namespace.start(process.execPath, ["-e", script], { log: join(folder, "listeners.log") }));
    await mailbox.namespace.untilListening(wire.listeners.map(({ port }) => port), listeners[0]);
    await until("a way between the nodes", async () => (await edge.namespace.run(pathOf(NC), ["nc", "-w", "3", mailbox.address, String(wire.routes[0].port)])).stdout.includes("220"), { timeoutMs: 40_000 });
  }, 120_000);
  afterAll(async () => {
    for (const one of listeners) await one.stop("SIGKILL");
    await tailnet?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([["node-name", nodeName], ["policy", policy]] as const)("%s is silent where nothing is wrong", async (_, check) => expect(await outcomeOf(check, ground())).toEqual(WELL));

  const renamed = async (from: string, to: string): Promise<void> => {
    const nodes = JSON.parse(await tailnet.headscale.tell("nodes", "list", "-o", "json")) as { id: number; given_name: string }[];
    await tailnet.headscale.tell("nodes", "rename", "-i", String(nodes.find(({ given_name: name }) => name === from)?.id), to);
  };
  test("a node that is stalwart-1 now", async () => {
    await renamed("stalwart", "stalwart-1");
    const said = await until("the name to arrive", async () => {
      const found = await outcomeOf(nodeName, ground());
      return found.state === "fault" && found.said;
    }, { timeoutMs: 20_000, everyMs: 500 });
    expect(said).toMatch(/^tailwart-stalwart-sidecar: it is stalwart-1\.tail\.one\.test on the tailnet, and everybody dials stalwart\.tail\.one\.test$/);
    await renamed("stalwart-1", "stalwart");
    await until("the name to be back", async () => (await outcomeOf(nodeName, ground())).state === "well", { timeoutMs: 20_000, everyMs: 500 });
  });

  test("a policy that lets the edge reach more than the public lines", async () => {
    const wide = { ...grants, grants: [...grants.grants, { src: [read.tailnet.tags.edge], dst: [read.tailnet.tags.mailbox], ip: ["tcp:8080"] }] };
    expect(await tailnet.headscale.policy("set", renderPolicy(wide))).toMatchObject({ code: 0 });
    const said = await until("the rule to arrive", async () => {
      const found = await outcomeOf(policy, ground());
      return found.state === "fault" && found.said;
    }, { timeoutMs: 40_000, everyMs: 500 });
    expect(said).toMatch(/:8080: admin is reached \(\w+\), and no grant of ours names it$/);
  });
  test("a policy that has lost a line", async () => {
    const less = { ...grants, grants: grants.grants.map((one) => ({ ...one, ip: one.ip.filter((item) => item !== "tcp:993") })) };
    expect(await tailnet.headscale.policy("set", renderPolicy(less))).toMatchObject({ code: 0 });
    const said = await until("the rule to go", async () => {
      const found = await outcomeOf(policy, ground());
      return found.state === "fault" && /:993/.test(found.said) && found.said;
    }, { timeoutMs: 50_000, everyMs: 500 });
    expect(said).toMatch(/:993: imaps is not let through: nothing comes back$/);
  }, 120_000);
});
