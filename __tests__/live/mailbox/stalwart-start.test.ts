import { mailServerOf } from "../../../lib/mailbox/select";
import { deployment } from "../../deployment";
import { describeWith, NEEDS } from "../programs";
import { until } from "../processes";
import { ADDRESSES } from "../world";
import { add, api, change, list, singleton } from "./api";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";

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

  test("waits for a PostgreSQL that comes late, and says so; nothing listens before", async () => {
    await stage.postgres.stop();
    await stage.container.start();
    await until("a word about it", () => said().some((line) => /waiting for PostgreSQL \(postgres\.tail0000\.ts\.net:54329\): .*Connection refused/.test(line)), { detail: () => stage.container.log() });
    for (const port of stage.ports) expect(await stage.world.mailbox.listening(port)).toBe(false);
    await stage.postgres.start();
    await stage.world.mailbox.untilListening(stage.ports, stage.container.running, 20_000);
    expect(said()).toEqual([`start: edges: ${edge} ${ADDRESSES.edgeTailnet}`, expect.stringContaining("waiting for"), "start: plan applied"]);
    // A server that ends while it makes them makes them much later.
    await until("DKIM keys", async () => (await list(stage, "DkimSignature")).length === 2);
  });

  test("gives up with one line, which names what is missing", async () => {
    await stage.container.down();
    await stage.postgres.stop();
    await stage.container.start({ PATIENCE: "2" });
    expect(await stage.container.untilLeft()).toMatch(/start: PostgreSQL \(.*\): still not there after \d+ s, giving up: .*Connection refused.*\n$/);
    await stage.postgres.start();
    await up();
  });

  test("a wrong password is not waited for, nor a database that is not there: the line says which", async () => {
    const refused = async (what: RegExp): Promise<void> => {
      const begun = Date.now();
      await stage.container.start();
      expect(await stage.container.untilLeft()).toMatch(new RegExp(`^start: giving up: PostgreSQL \\(.*\\): .*${what.source}.*\\n(Terminated\\n)?$`, "m"));
      expect(Date.now() - begun).toBeLessThan(15_000);
    };
    await stage.container.down();
    await stage.postgres.query("postgres", `alter role "stalwart" password 'another'`);
    await refused(/password authentication failed for user/);
    await stage.postgres.query("postgres", `alter role "stalwart" password '${stage.secrets[0]}'; `);
    await stage.postgres.query("postgres", `alter database "stalwart" rename to "elsewhere"`);
    await refused(/database "stalwart" does not exist/);
    await stage.postgres.query("postgres", `alter database "elsewhere" rename to "stalwart"`);
    await up();
  });

  test("applied again it changes nothing, and reports nothing", async () => {
    const kept = { Domain: ["id", "name", "createdAt"], Account: ["id", "name", "credentials"], DkimSignature: ["id", "selector", "privateKey"] };
    const everything = () => api(stage, ...Object.entries(kept).map(([type, properties]) => [`${type}/get`, { ids: null, properties }] as const));
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

  test("downloads that were held off come back when the contract lets them, and only then", async () => {
    expect(await singleton(stage, "Asn")).toMatchObject({ asnUrls: {}, geoUrls: {} });
    const free = { ...CLOSED_STALWART, STALWART_WEB_ADMIN: "default", STALWART_SPAM_RULES: "default", STALWART_ASN: "default" };
    const held = mailServerOf(deployment(CLOSED_STALWART), stage.wire);
    await stage.container.down();
    stage.container.replace(mailServerOf(deployment(free), stage.wire));
    await up();
    expect(said()).toHaveLength(2);
    expect(Object.keys((await singleton(stage, "Asn")).asnUrls as object)).toHaveLength(2);
    expect(await singleton(stage, "SpamSettings")).toMatchObject({ spamFilterRulesUrl: expect.stringMatching(/^https:/) as string });
    expect(await singleton(stage, "SpamPyzor")).toMatchObject({ enable: true });
    expect((await list(stage, "Application")).map(({ description }) => description)).toEqual(["Stalwart Web Interface"]);
    await stage.container.down();
    stage.container.replace(held);
    await up();
    expect((await list(stage, "Application")).map(({ enabled }) => enabled)).toEqual([false]);
  });

  test("a weak password that comes later changes nothing and stops nothing", async () => {
    stage.container.write("/run/secrets/stalwart_admin_password", "weak", 0o440);
    await again();
    expect(said()).toHaveLength(2);
    stage.container.write("/run/secrets/stalwart_admin_password", ADMIN.password, 0o440);
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
    expect(await stage.container.untilLeft()).toMatch(/start: giving up: 40-security\.json: Security: "notUpdated" \{"singleton":\{"type":"invalidPatch","description":"Invalid property.*\n$/);
    stage.container.write(path, good);
    await up();
    expect(said().filter((line) => line.includes("by hand"))).toEqual([]);
  });

  test("a placeholder that nothing fills ends the start before anything is sent", async () => {
    const path = "/opt/tailwart/plan/20-system.json";
    const good = stage.container.read(path);
    await stage.container.down();
    stage.container.write(path, good.replace("mail.one.test", "{{hostname}}"));
    await stage.container.start();
    expect(await stage.container.untilLeft()).toMatch(/start: giving up: 20-system\.json: nothing is known for \{\{hostname\}\}\n$/);
    stage.container.write(path, good);
    await up();
  });

  test("no secret is in any log, in what is stored, or left in memory", async () => {
    expect(await stage.container.inside("ls", ["-A", "/dev/shm"])).toBe("");
    const stored = stage.container.read("/var/lib/stalwart/tailwart.state");
    for (const secret of stage.secrets) expect([...logs, stored].join("\n")).not.toContain(secret);
  });
});
