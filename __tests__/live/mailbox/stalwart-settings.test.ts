import { EDGE_PEER } from "../../../lib/wire";
import { describeWith, NEEDS } from "../programs";
import { add, api, change, list } from "./api";
import { differences } from "./settings";
import { CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";

const SETTINGS = { ...CLOSED_STALWART, MAIL_DOMAIN: "one.test,two.test", STALWART_SMARTHOST: "smtp.relay.test", STALWART_SMARTHOST_USER: "relay-user" };
const SMARTHOST_PASSWORD = "relay-secret-1";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "Stalwart's settings, read back", () => {
  let stage: MailboxStage;
  beforeAll(async () => {
    stage = await makeMailbox(SETTINGS, { secrets: { "/run/secrets/stalwart_smarthost_password": SMARTHOST_PASSWORD } });
    await stage.container.up(stage.ports);
  });
  afterAll(() => stage?.world.close());

  const asked: string[] = [];
  const seen = (): Promise<string[]> =>
    differences(stage, SETTINGS, async (command, input) => {
      const ran = await stage.container.exec(command, input);
      asked.push(JSON.stringify([command, input, ran]));
      return ran;
    });
  const again = async (): Promise<void> => {
    await stage.container.down();
    await stage.container.up(stage.ports);
  };

  test("as the plan left them: silent, also after a second start", async () => {
    expect(await seen()).toEqual([]);
    await again();
    expect(await seen()).toEqual([]);
  });

  test("what is not managed is nobody's business", async () => {
    await api(stage, add("Domain", { name: "by-hand.test" }), add("AllowedIp", { address: "198.51.100.1", reason: "by hand" }), change("MtaSts", { maxAge: 3_600_000 }));
    const domainId = (await list(stage, "Domain")).find(({ name }) => name === "by-hand.test")?.id;
    await api(stage, add("Account", { "@type": "User", name: "somebody", domainId, roles: { "@type": "User" }, credentials: { 0: { "@type": "Password", secret: "Some-Body-0123-xyz" } } }));
    expect(await seen()).toEqual([]);
  });

  test("each change by hand is found by object and field, and is gone after a start", async () => {
    const of = async (type: string, name: string): Promise<string> => (await list(stage, type)).find((one) => one.name === name || one.address === name)?.id as string;
    const update = async (type: string, name: string, value: object): Promise<void> => void (await api(stage, [`${type}/set`, { update: { [await of(type, name)]: value } }]));
    await update("NetworkListener", "imaps", { tlsImplicit: false, "bind/[::]:9993": true });
    await update("NetworkListener", "web", { overrideProxyTrustedNetworks: { "100.64.0.0/10": true } });
    await update("NetworkListener", "smtp", { overrideProxyTrustedNetworks: {} });
    await update("MtaRoute", "relay", { authSecret: { "@type": "Value", secret: "canary-route-secret" }, port: 25 });
    await api(
      stage,
      change("Security", { authBanPeriod: null, "authBanRate/count": 7 }),
      change("MtaSts", { mode: "disable" }),
      add("MtaRoute", { "@type": "Mx", name: "by-hand" }),
      ["AllowedIp/set", { destroy: [await of("AllowedIp", "192.0.2.25")] }],
    );
    const found = await seen();
    expect(found.sort()).toEqual([
      "AllowedIp 192.0.2.25 is gone, and was there",
      "MtaRoute by-hand is there, and was not",
      "MtaRoute relay: authSecret is something that is not shown, and was in the file /run/secrets/stalwart_smarthost_password",
      "MtaRoute relay: port is 25, and was 587",
      "MtaSts: mode is disable, and was testing",
      "NetworkListener imaps: bind is [::]:993, [::]:9993, and was [::]:993",
      "NetworkListener imaps: tlsImplicit is false, and was true",
      `NetworkListener smtp: overrideProxyTrustedNetworks is empty, and was ${EDGE_PEER}`,
      "NetworkListener web: overrideProxyTrustedNetworks is 100.64.0.0/10, and was empty",
      "Security: authBanPeriod is not set, and was 3600000",
      "Security: authBanRate is { count: 7, period: 86400000 }, and was { count: 100, period: 86400000 }",
    ]);
    expect(found.join()).not.toContain("canary-route-secret");
    await again();
    expect(await seen()).toEqual([]);
  });

  test("fails in one line when the server does not answer, and when the password is another", async () => {
    const file = "/run/secrets/stalwart_admin_password";
    const good = stage.container.read(file);
    await stage.container.down();
    stage.container.write(file, "An0ther-0123-wrong", 0o440);
    await stage.container.up(stage.ports);
    await expect(seen()).rejects.toThrow(/^it does not let admin@one\.test in with STALWART_ADMIN_PASSWORD; where the password was changed by hand, /);
    await stage.container.down();
    stage.container.write(file, good, 0o440);
    await stage.postgres.stop();
    await stage.container.start();
    await expect(seen()).rejects.toThrow(/^it does not answer \(curl: \(7\) /);
    await stage.postgres.start();
  });

  test("no secret is on a command line, or in what comes out", () => {
    for (const secret of [...stage.secrets, "An0ther-0123-wrong", "canary-route-secret"]) for (const one of asked) expect(one).not.toContain(secret);
  });
});
