import { describeWith, NEEDS } from "../programs";
import { until } from "../processes";
import { ADDRESSES } from "../world";
import { add, api, change, list, singleton } from "./api";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, NEIGHBOUR, type MailboxStage } from "./stage";

const CHAIN = "/run/tls/fullchain.pem";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "Stalwart's start script", () => {
  let stage: MailboxStage;
  let edge: string;
  const logs: string[] = [];

  beforeAll(async () => {
    stage = await makeMailbox(CLOSED_STALWART);
    edge = stage.wire.edges[0].host;
  });
  afterAll(() => stage?.world.close());
  afterEach(() => void logs.push(stage.container.log()));

  const up = (): Promise<void> => stage.container.up(stage.ports);
  const again = async (): Promise<void> => {
    await stage.container.down();
    await up();
  };
  const said = (): string[] => stage.container.log().split("\n").filter((line) => line.startsWith("start: "));
  const trusted = async (): Promise<unknown> => (await list(stage, "NetworkListener")).find(({ name }) => name === "smtp")?.overrideProxyTrustedNetworks;

  test("waits for a PostgreSQL that comes late, and says so; nothing listens before", async () => {
    await stage.postgres.stop();
    await stage.container.start();
    await until("a word about it", () => said().some((line) => /waiting for PostgreSQL \(postgres\.tail0000\.ts\.net:54329\): .*Connection refused/.test(line)), { detail: () => stage.container.log() });
    for (const port of stage.ports) expect(await stage.world.mailbox.listening(port)).toBe(false);
    await stage.postgres.start();
    await stage.world.mailbox.untilListening(stage.ports, stage.container.running, 20_000);
    expect(said()).toEqual([`start: edges: ${edge} ${ADDRESSES.edgeTailnet}`, expect.stringContaining("waiting for"), "start: plan applied"]);
  });

  test("gives up with one line, which names what is missing", async () => {
    await stage.container.down();
    await stage.postgres.stop();
    await stage.container.start({ PATIENCE: "2" });
    expect(await stage.container.untilLeft()).toMatch(/start: PostgreSQL \(.*\): still not there after \d+ s, giving up: .*Connection refused.*\n$/);
    await stage.postgres.start();
    await up();
  });

  test("applied again it changes nothing, and reports nothing", async () => {
    const kept = { Domain: ["id", "name", "createdAt"], Account: ["id", "name", "credentials"], DkimSignature: ["id", "selector", "privateKey"] };
    const everything = () => api(stage, ...Object.entries(kept).map(([type, properties]) => [`${type}/get`, { ids: null, properties }] as const));
    await until("DKIM keys", async () => (await list(stage, "DkimSignature")).length === 2);
    const before = await everything();
    await again();
    expect(said()).toEqual([`start: edges: ${edge} ${ADDRESSES.edgeTailnet}`, "start: plan applied"]);
    expect(await everything()).toEqual(before);
  });

  test("what somebody changed by hand is reported and put back; what they added beside the plan stays", async () => {
    await api(
      stage,
      change("Security", { authBanPeriod: null }),
      change("SystemSettings", { proxyTrustedNetworks: { "100.64.0.0/10": true } }),
      add("MtaRoute", { "@type": "Mx", name: "by-hand" }),
      add("Domain", { name: "by-hand.test" }),
      add("AllowedIp", { address: "198.51.100.1", reason: "by hand" }),
    );
    await again();
    expect(said()[1]).toBe("start: changed by hand since the last start, put back to the plan: SystemSettings Security MtaRoute");
    expect(await singleton(stage, "Security")).toMatchObject({ authBanPeriod: 3_600_000 });
    expect(await singleton(stage, "SystemSettings")).toMatchObject({ proxyTrustedNetworks: {} });
    expect((await list(stage, "MtaRoute")).map(({ name }) => name)).toEqual(["local", "mx"]);
    expect((await list(stage, "Domain")).map(({ name }) => name)).toEqual(["one.test", "by-hand.test"]);
    expect((await list(stage, "AllowedIp")).map(({ address }) => address)).toContain("198.51.100.1");
    await again();
    expect(said()).toHaveLength(2);
  });

  test("a weak password that comes later changes nothing and stops nothing", async () => {
    stage.container.write("/run/secrets/stalwart_admin_password", "weak", 0o440);
    await again();
    expect(said()).toHaveLength(2);
    stage.container.write("/run/secrets/stalwart_admin_password", ADMIN.password, 0o440);
  });

  describe("health", () => {
    test("is good while all is", async () => expect(await stage.container.health()).toMatchObject({ code: 0, stdout: "" }));
    test("is bad while PostgreSQL is frozen, and good again after", async () => {
      stage.postgres.signal("SIGSTOP");
      const { code, stdout } = await stage.container.health();
      stage.postgres.signal("SIGCONT");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "no greeting on port 25\n" });
      await until("health", async () => (await stage.container.health()).code === 0);
    });
    test("is bad while PostgreSQL is away, and good again after", async () => {
      await stage.postgres.stop();
      const { code, stdout } = await stage.container.health();
      await stage.postgres.start();
      expect({ code, stdout }).toEqual({ code: 1, stdout: "the data store does not answer (HTTP 500 for an unknown user)\n" });
      await until("health", async () => (await stage.container.health()).code === 0);
    });
  });

  describe("leaves, and starts right again, when", () => {
    const left = async (): Promise<string> => {
      const log = await stage.container.untilLeft();
      expect(log).toContain("start: the server ended, exit code 75");
      logs.push(log);
      return log;
    };

    test("the edge has another address: the new one is trusted, the old one no longer allowed", async () => {
      await stage.names.answer({ ...stage.answers, [edge]: ["100.64.0.5"] });
      expect(await left()).toContain(`start: the edges moved: ${edge} ${ADDRESSES.edgeTailnet} -> ${edge} 100.64.0.5; starting again`);
      await up();
      expect(await trusted()).toEqual({ "100.64.0.5": true });
      const allowed = (await list(stage, "AllowedIp")).map(({ address }) => address);
      expect(allowed).toContain("100.64.0.5");
      expect(allowed).not.toContain(ADDRESSES.edgeTailnet);
    });

    test("an edge that was gone is there again: until then the others are served", async () => {
      await stage.container.down();
      await stage.names.answer({ ...stage.answers, [edge]: [] });
      await up();
      expect(said()).toContain(`start: ${edge} has no address; going on without it, and starting again when it has one`);
      expect(await trusted()).toEqual({ "192.0.2.1": true });
      expect(await stage.world.edge.run("curl", ["-sS", "-k", "-m", "5", "--interface", NEIGHBOUR, "-u", `${ADMIN.address}:${ADMIN.password}`, `imaps://${ADDRESSES.mailbox}:993/INBOX`])).toMatchObject({ code: 0 });
      await stage.names.answer(stage.answers);
      expect(await left()).toContain(`start: the edges moved: ${edge} 192.0.2.1 -> ${edge} ${ADDRESSES.edgeTailnet}`);
      await up();
      expect(await trusted()).toEqual({ [ADDRESSES.edgeTailnet]: true });
    });

    test("a name that stops answering is no news", async () => {
      await stage.names.answer({ ...stage.answers, [edge]: [] });
      await new Promise((done) => setTimeout(done, 4000));
      expect(stage.container.running.alive).toBe(true);
      await stage.names.answer(stage.answers);
    });

    test("the network namespace was replaced", async () => {
      await stage.container.overwrite("/netns/id", "second\n");
      expect(await left()).toContain("start: the network namespace was replaced; starting again");
      await up();
    });

    test("the certificate's files changed", async () => {
      await stage.container.overwrite(CHAIN, `${stage.container.read(CHAIN)}\n`);
      expect(await left()).toContain("start: the certificate's files changed; starting again");
      await up();
    });
  });

  test("a certificate that cannot be read is said, and does not stop mail", async () => {
    const [{ id }] = await list(stage, "Certificate");
    await api(stage, change("SystemSettings", { defaultCertificateId: null }), ["Certificate/set", { destroy: [id] }]);
    const good = stage.container.read(CHAIN);
    await stage.container.down();
    stage.container.write(CHAIN, "no certificate\n", 0o440);
    await up();
    expect(said()).toContainEqual(expect.stringMatching(/81-certificate\.unless\.own_certificate\.json: certificate by files!: .*Failed to read certificate.*; going on without it/));
    await stage.container.down();
    stage.container.write(CHAIN, good, 0o440);
    await up();
    expect(await singleton(stage, "SystemSettings")).toMatchObject({ defaultCertificateId: (await list(stage, "Certificate"))[0].id });
  });

  test("ends within seconds when the engine stops it, and mail is said good-bye to", async () => {
    const begun = Date.now();
    await stage.container.down();
    expect(Date.now() - begun).toBeLessThan(8000);
    expect(said().at(-1)).toBe("start: the server ended, exit code 0");
  });

  test("a plan that the server refuses ends the start, and the object is named", async () => {
    const path = "/opt/tailwart/plan/40-security.json";
    const good = stage.container.read(path);
    stage.container.write(path, good.replace("authBanPeriod", "authBanPreiod"));
    await stage.container.start();
    expect(await stage.container.untilLeft()).toMatch(/start: 40-security\.json: Security: "notUpdated" \{"singleton":\{"type":"invalidPatch","description":"Invalid property.*\n$/);
    stage.container.write(path, good);
    await up();
    expect(said().filter((line) => line.includes("by hand"))).toEqual([]);
  });

  test("no secret is in any log, in what is stored, or left in memory", async () => {
    expect(await stage.container.inside("ls", ["-A", "/dev/shm"])).toBe("");
    const stored = stage.container.read("/var/lib/stalwart/tailwart.state");
    for (const secret of stage.secrets) expect([...logs, stored].join("\n")).not.toContain(secret);
  });
});
