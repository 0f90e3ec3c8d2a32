import { startCaddy } from "../caddy";
import { curl, FAMILIES } from "../clients";
import { HOST } from "../edge/stage";
import { describeWith, NEEDS } from "../programs";
import { ADDRESSES } from "../world";
import { add, api, change, list } from "./api";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "Stalwart with PROXY on HTTPS", () => {
  let stage: MailboxStage;
  const OTHER = "203.0.113.8";

  beforeAll(async () => {
    stage = await makeMailbox({ ...CLOSED_STALWART, WEB_PROXY_PROTOCOL: "true", WEB_NAMES: "mta-sts,mail" });
    await stage.world.client.addAddress("wan", OTHER, 24);
    await stage.container.up(stage.ports);
    await startCaddy(stage.world, stage.config);
    await api(stage, change("Security", { authBanRate: { count: 3, period: 86_400_000 } }), add("Action", { "@type": "ReloadSettings" }));
  });
  afterAll(() => stage?.world.close());

  const login = async (from: string, edge: string, password: string): Promise<number> => {
    const args = ["--fail", "--interface", from, "-u", `${ADMIN.address}:${password}`];
    return (await curl(stage.world, { url: `https://${HOST}:443/jmap/session`, edge, trust: stage.certificate.cert, args })).result.code;
  };

  test("nobody is on the allow-list: nobody needs it", async () => expect(await list(stage, "AllowedIp")).toEqual([]));

  test("five wrong passwords ban the stranger, on every line, and nobody else", async () => {
    for (const { client, edge } of FAMILIES) expect(await login(client, edge, ADMIN.password)).toBe(0);
    for (let count = 0; count < 5; count++) await login(ADDRESSES.client4, ADDRESSES.edge4, `wrong-${count}`);
    expect((await list(stage, "BlockedIp")).map(({ address }) => address)).toEqual([ADDRESSES.client4]);
    expect(await login(ADDRESSES.client4, ADDRESSES.edge4, ADMIN.password)).not.toBe(0);
    expect(await login(OTHER, ADDRESSES.edge4, ADMIN.password)).toBe(0);
    expect(await login(ADDRESSES.client6, ADDRESSES.edge6, ADMIN.password)).toBe(0);
  });

  test("a start keeps the ban, and it has an end", async () => {
    await stage.container.down();
    await stage.container.up(stage.ports);
    const [{ address, expiresAt }] = await list(stage, "BlockedIp");
    expect(address).toBe(ADDRESSES.client4);
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await login(ADDRESSES.client4, ADDRESSES.edge4, ADMIN.password)).not.toBe(0);
  });
});
