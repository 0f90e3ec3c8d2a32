import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backendTrust } from "../../../lib/doctor/checks/backend-trust";
import { databasePassword } from "../../../lib/doctor/checks/database-password";
import { edgeBanned } from "../../../lib/doctor/checks/edge-banned";
import { gate } from "../../../lib/doctor/checks/gate";
import { largeMessage } from "../../../lib/doctor/checks/large-message";
import { nodeAddress } from "../../../lib/doctor/checks/node-address";
import { proxyAgreement } from "../../../lib/doctor/checks/proxy-agreement";
import { serverWideTrust } from "../../../lib/doctor/checks/server-wide-trust";
import { settingsKept } from "../../../lib/doctor/checks/settings-kept";
import type { Check } from "../../../lib/doctor/check";
import type { Ground } from "../../../lib/doctor/ground";
import { deployment } from "../../deployment";
import { startCaddy } from "../caddy";
import { add, api, change, list, singleton } from "../mailbox/api";
import { EDGE_PEER } from "../../../lib/wire";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "../mailbox/stage";
import { until, type Running } from "../processes";
import { describeWith, NEEDS, type Need } from "../programs";
import { ADDRESSES } from "../world";
import { Engine, NC, outcomeOf, WELL } from "./inside";

const IPTABLES: Need = { name: "iptables", hint: "apt-get install iptables" };
const OVERRIDES = { ...CLOSED_STALWART, EDGE_IPV4: ADDRESSES.edge4, PUBLIC_LINES: "smtp,submissions,submission,imaps,imap" };
const SERVER = "tailwart-stalwart-stalwart";
const SIDECAR = "tailwart-stalwart-sidecar";
const PLAN = "/opt/tailwart/plan";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart, NC, IPTABLES], "the doctor between a real edge and a real Stalwart", () => {
  let stage: MailboxStage;
  let engine: Engine;
  let ground: Ground;
  let caddy: Running;

  const fresh = (): void => {
    engine.log(SERVER, stage.container.running.log);
    engine.place(SERVER, ["nsenter", "-t", String(stage.container.running.pid), "-m", "-n", "-r", "--wd=/"]);
    const here = engine.outside("client", ADDRESSES.client4);
    ground = engine.ground(deployment(OVERRIDES), { STALWART_ADMIN_PASSWORD: ADMIN.password, STALWART_DB_PASSWORD: stage.secrets[0] }, { here, outside: () => Promise.resolve(here) });
  };
  const again = async (settings?: Readonly<Record<string, string>>): Promise<void> => {
    await stage.container.down();
    await stage.container.up(stage.ports, settings);
    fresh();
  };
  /** Another plan for one start. */
  const planned = async (file: string, edit: (text: string) => string): Promise<() => Promise<void>> => {
    const good = stage.container.read(`${PLAN}/${file}`);
    await stage.container.down();
    stage.container.write(`${PLAN}/${file}`, edit(good));
    await again();
    return async () => {
      await stage.container.down();
      stage.container.write(`${PLAN}/${file}`, good);
      await again();
    };
  };

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES);
    const { world, wire } = stage;
    const folder = join(world.folder, "engine");
    mkdirSync(folder);
    engine = new Engine(folder);
    for (const [container, { name }] of [["client", world.client], ["tailwart-edge", world.edge], [SIDECAR, world.mailbox]] as const) engine.place(container, ["ip", "netns", "exec", name]);
    engine.health(SIDECAR, ["CMD", "/bin/sh", "/opt/tailwart/sidecar-health.sh", "http://127.0.0.1/", ...wire.dials.map(({ host, port }) => `${host}:${port}`)]);
    await stage.container.up(stage.ports);
    caddy = await startCaddy(world, stage.config);
    fresh();
  }, 120_000);
  afterAll(async () => {
    await caddy?.stop();
    await stage?.world.close();
  });

  const ALL: readonly Check[] = [gate, settingsKept, edgeBanned, serverWideTrust, nodeAddress, proxyAgreement, largeMessage, databasePassword, backendTrust];
  test.each(ALL.map((check) => [check.name, check] as const))("%s is silent where nothing is wrong", async (_, check) => expect(await outcomeOf(check, ground)).toEqual(WELL));

  test("what was sent is taken away again", async () => {
    await outcomeOf(proxyAgreement, ground);
    const { stdout } = await stage.world.client.run("curl", ["-sk", "-m", "10", "-u", `${ADMIN.address}:${ADMIN.password}`, `imaps://${ADDRESSES.edge4}/`, "-X", "STATUS INBOX (MESSAGES)"]);
    expect(stdout).toContain("MESSAGES 0");
  });

  test("without the password nothing is guessed, and it is said what to give", async () => {
    for (const check of [settingsKept, edgeBanned, proxyAgreement, largeMessage]) expect(await outcomeOf(check, { ...ground, secret: () => undefined })).toMatchObject({ state: "unknown", said: expect.stringMatching(/STALWART_ADMIN_PASSWORD/) as string });
  });
  test("a password that was changed by hand is tried once, and said", async () => {
    const wrong = { ...ground, secret: () => "not-the-password" };
    for (const check of [edgeBanned, proxyAgreement]) expect(await outcomeOf(check, wrong)).toMatchObject({ state: "unknown", said: expect.stringMatching(/STALWART_ADMIN_PASSWORD/) as string });
  });

  test("settings: write, restart, read back; then one by hand is found", async () => {
    await again();
    expect(await singleton(stage, "Security")).toMatchObject({ authBanPeriod: 3_600_000 });
    expect(await outcomeOf(settingsKept, ground)).toEqual(WELL);
    await api(stage, change("Security", { authBanPeriod: null }));
    expect(await outcomeOf(settingsKept, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/^Security: Security: authBanPeriod is not set, and was 3600000$/) as string });
    await again();
    expect(await outcomeOf(settingsKept, ground)).toEqual(WELL);
  });

  test("a ban of the edge, and not a trust for the whole server", async () => {
    const allowed = (await list(stage, "AllowedIp")).map(({ id }) => String(id));
    const ban = { address: EDGE_PEER, reason: "manual" };
    await api(stage, add("BlockedIp", ban), add("Action", { "@type": "ReloadBlockedIps" }));
    // On the allow-list a ban does nothing.
    expect(await outcomeOf(edgeBanned, ground)).toEqual(WELL);
    await api(stage, ["AllowedIp/set", { destroy: allowed }], add("Action", { "@type": "ReloadSettings" }), add("Action", { "@type": "ReloadBlockedIps" }));
    const found = await outcomeOf(edgeBanned, ground);
    expect(found).toMatchObject({ state: "fault", said: expect.stringMatching(new RegExp(`edge edge: ${EDGE_PEER} is banned .*accepted and closed after`)) as string });
    expect(await outcomeOf(serverWideTrust, ground)).toEqual(WELL);
    await api(stage, ["BlockedIp/set", { destroy: (await list(stage, "BlockedIp")).map(({ id }) => id) }]);
    await again();
    expect(await outcomeOf(edgeBanned, ground)).toEqual(WELL);
  });

  test("a trust for the whole server, and not a ban: with the same symptom", async () => {
    const heal = await planned("20-system.json", (text) => text.replace('"proxyTrustedNetworks":{}', '"proxyTrustedNetworks":{"192.0.2.0/24":true,"127.0.0.0/8":true}'));
    expect(await outcomeOf(serverWideTrust, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/trusted server-wide: 192\.0\.2\.0\/24, 127|trusted server-wide: 127\.0\.0\.0\/8, 192\.0\.2\.0\/24\.0\.0\.0\/8; the administration answers on loopback only to who sends a PROXY header; .*accepted and closed/) as string });
    expect(await outcomeOf(edgeBanned, ground)).toEqual(WELL);
    await heal();
  });

  test("a line whose listener expects no header is found, and only that one", async () => {
    const heal = await planned("30-listeners.json", (text) => text.replace(/("name":"imaps"(?:(?!"name").)*?),"overrideProxyTrustedNetworks":\{"192\.0\.2\.2":true\}/, "$1"));
    const { state, said } = await outcomeOf(proxyAgreement, ground);
    expect(state).toBe("fault");
    expect(said).toMatch(/^imaps 203\.0\.113\.25:993: /);
    expect(said.split("\n")).toHaveLength(1);
    await heal();
  });

  test("a black hole for large packets is found and called by its name", async () => {
    const rule = (verb: string): string[] => [verb, "INPUT", "-i", "tailnet", "-p", "tcp", "-m", "length", "--length", "1000:65535", "-j", "DROP"];
    await stage.world.mailbox.must("iptables", rule("-A"));
    expect(await outcomeOf(largeMessage, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/:25: small words pass, and a message of 100 KB stalls/) as string });
    await stage.world.mailbox.must("iptables", rule("-D"));
    expect(largeMessage.cause).toContain("MTU");
  });

  test("PostgreSQL that is away, and one that another password opens", async () => {
    await stage.postgres.stop();
    expect(await outcomeOf(gate, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/^postgres postgres\.tail0000\.ts\.net:54329: does not answer/) as string });
    await stage.postgres.start();
    await stage.postgres.query("postgres", "alter role stalwart password 'another-one'");
    expect(await outcomeOf(databasePassword, { ...ground })).toMatchObject({ state: "fault", said: expect.stringMatching(/password authentication failed/) as string });
    await stage.postgres.query("postgres", `alter role stalwart password '${stage.secrets[0]}'`);
    expect(await outcomeOf(databasePassword, { ...ground })).toEqual(WELL);
  });

  test("the edge has another address than the one that is trusted", async () => {
    const other = { ...ground, edges: ground.edges.map((edge) => ({ ...edge })) };
    await stage.world.edge.addAddress("tailnet", "100.64.0.77", 32);
    await stage.names.answer({ ...stage.answers, [stage.wire.edges[0].host]: ["100.64.0.99"] });
    expect(await outcomeOf(nodeAddress, other)).toMatchObject({ state: "fault", said: expect.stringMatching(/the mailbox is told 100\.64\.0\.99, and the node has/) as string });
    await stage.names.answer(stage.answers);
    await stage.world.edge.removeAddress("tailnet", "100.64.0.77", 32);
    await until("the server to be back", async () => (await stage.container.health()).code === 0, { timeoutMs: 30_000 }).catch(() => again());
  });

  test("a server that was started without the gate", async () => {
    const words = join(stage.folder, "without.log");
    writeFileSync(words, "");
    await stage.container.down();
    const bare = await stage.world.mailbox.start("true", [], { log: words });
    await bare.exit;
    engine.log(SERVER, words);
    expect(await outcomeOf(gate, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/no word of the start script/) as string });
    engine.health(SIDECAR, ["CMD", "/bin/true"]);
    expect(await outcomeOf(gate, ground)).toMatchObject({ state: "fault", said: expect.stringMatching(/its health check does not ask for postgres\.tail0000\.ts\.net:54329/) as string });
  });
});
