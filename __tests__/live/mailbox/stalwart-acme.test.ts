import { join } from "node:path";
import { mailServerOf } from "../../../lib/mailbox/select";
import { deployment, wireOf } from "../../deployment";
import type { Running } from "../processes";
import { describeWith, NEEDS } from "../programs";
import { api, list } from "./api";
import { Authority } from "./authority";
import { differences } from "./settings";
import { CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";

const BASE = "https://ca.test:54443";
const OVERRIDES = {
  ...CLOSED_STALWART,
  ...{ MAIL_DOMAIN: "one.test,two.test", MAIL_TLS_CERT_FILE: "", MAIL_TLS_KEY_FILE: "" },
  ...{ STALWART_ACME_PROVIDER: "spaceship", STALWART_ACME_DIRECTORY: `${BASE}/directory` },
};
const SECRETS = { "/run/secrets/stalwart_acme_key": "dns-key-1", "/run/secrets/stalwart_acme_token": "dns-secret-1" };
const TRUST = "/etc/ssl/authority.pem";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "Stalwart with a certificate authority", () => {
  let stage: MailboxStage;
  let authority: Authority;
  let server: Running;

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: SECRETS, answers: { "ca.test": ["127.0.0.1"] } });
    authority = await Authority.make(stage.folder);
    stage.container.write(TRUST, authority.certificate);
  });
  afterAll(() => stage?.world.close());

  const said = (): string[] => stage.container.log().split("\n").filter((line) => line.startsWith("start: "));
  const again = async (): Promise<void> => {
    await stage.container.down();
    await stage.container.up(stage.ports, { SSL_CERT_FILE: TRUST });
  };
  const domains = async (): Promise<Record<string, unknown>[]> => {
    const [{ list: found = [] }] = await api(stage, ["Domain/get", { ids: null, properties: ["name", "certificateManagement", "dnsManagement"] }]);
    return found.map(({ name, certificateManagement, dnsManagement }) => ({ name, certificateManagement, dnsManagement }));
  };
  /** Certificates that are still to be ordered. */
  const orders = async (): Promise<number> => (await list(stage, "Task")).filter((task) => task["@type"] === "AcmeRenewal").length;
  const requests = (what: string): number => server.output().split("\n").filter((line) => line === what).length;

  test("an authority that cannot be reached is named, and does not stop mail", async () => {
    await again();
    expect(said()).toEqual([
      expect.stringContaining("start: edges:"),
      expect.stringMatching(/96-acme\.unless\.acme\.json: account with the certificate authority!: .*Failed to create ACME account.*; going on without it$/),
      "start: plan applied",
    ]);
    const [dns] = await list(stage, "DnsServer");
    expect(dns).toMatchObject({ "@type": "Spaceship", description: "tailwart", apiKey: "dns-key-1", secret: { "@type": "File", filePath: "/run/secrets/stalwart_acme_token" } });
    for (const one of await domains()) expect(one).toMatchObject({ dnsManagement: { "@type": "Automatic", dnsServerId: dns.id, publishRecords: { dkim: true } }, certificateManagement: { "@type": "Manual" } });
    expect(await differences(stage, OVERRIDES)).toEqual([`AcmeProvider ${BASE}/directory is gone, and was there`]);
  });

  test("the next start asks again: one account, and each domain with its names", async () => {
    const { key, cert } = await authority.issue("ca.test");
    server = await stage.world.mailbox.start(process.execPath, [join(__dirname, "acme-server.js"), BASE, key, cert], { log: join(stage.folder, "authority.log") });
    await again();
    expect(said()).toEqual([expect.stringContaining("start: edges:"), "start: plan applied"]);
    const [acme, ...more] = await list(stage, "AcmeProvider");
    expect(more).toEqual([]);
    expect(acme).toMatchObject({ challengeType: "Dns01", directory: `${BASE}/directory`, accountUri: `${BASE}/account/1` });
    const names = (...labels: string[]) => ({ "@type": "Automatic", acmeProviderId: acme.id, subjectAlternativeNames: Object.fromEntries(labels.map((label) => [label, true])) });
    expect(await domains()).toMatchObject([
      { name: "one.test", certificateManagement: names("autoconfig", "autodiscover", "mail", "mta-sts") },
      { name: "two.test", certificateManagement: names("autoconfig", "autodiscover", "mta-sts") },
    ]);
    expect(requests("POST /account")).toBe(1);
  });

  test("a third start makes no second account and touches no domain", async () => {
    const before = [await list(stage, "AcmeProvider"), await domains()];
    expect(await orders()).toBe(2);
    await again();
    expect(said()).toEqual([expect.stringContaining("start: edges:"), "start: plan applied"]);
    expect([await list(stage, "AcmeProvider"), await domains()]).toEqual(before);
    expect(await orders()).toBe(2);
    expect(requests("POST /account")).toBe(1);
    expect(await differences(stage, OVERRIDES)).toEqual([]);
  });

  test("another name in the contract changes that domain, with the same account", async () => {
    const more = { ...OVERRIDES, WEB_NAMES: "mta-sts,autoconfig,autodiscover,ua-auto-config" };
    await stage.container.down();
    stage.container.replace(mailServerOf(deployment(more), wireOf(more)));
    await again();
    expect((await domains()).map(({ certificateManagement }) => Object.keys((certificateManagement as { subjectAlternativeNames: object }).subjectAlternativeNames))).toEqual([
      ["autoconfig", "autodiscover", "mail", "mta-sts", "ua-auto-config"],
      ["autoconfig", "autodiscover", "mta-sts", "ua-auto-config"],
    ]);
    expect(await orders()).toBe(4);
    expect(requests("POST /account")).toBe(1);
  });
});
