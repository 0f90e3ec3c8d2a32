import { join } from "node:path";
import { caa } from "../../../lib/doctor/checks/caa";
import { wildcardChallenge } from "../../../lib/doctor/checks/wildcard-challenge";
import type { Ground } from "../../../lib/doctor/ground";
import { run } from "../../../lib/site/run";
import { api, list } from "../mailbox/api";
import { Authority } from "../mailbox/authority";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "../mailbox/stage";
import { describeWith, NEEDS } from "../programs";
import { testGround } from "./ground";
import { BUSYBOX, inNamespace } from "./lab";

const BASE = "https://ca.test:54443";
const OVERRIDES = { ...CLOSED_STALWART, MAIL_TLS_CERT_FILE: "", MAIL_TLS_KEY_FILE: "", STALWART_ACME_PROVIDER: "spaceship", STALWART_ACME_DIRECTORY: `${BASE}/directory` };
const SECRETS = { "/run/secrets/stalwart_acme_key": "dns-key-1", "/run/secrets/stalwart_acme_token": "dns-secret-1" };
const TRUST = "/etc/ssl/authority.pem";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart, BUSYBOX], "the doctor and a real Stalwart's account with a certificate authority", () => {
  let stage: MailboxStage;

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: SECRETS, answers: { "ca.test": ["127.0.0.1"] } });
    const authority = await Authority.make(stage.folder);
    stage.container.write(TRUST, authority.certificate);
    const { key, cert } = await authority.issue("ca.test");
    await stage.world.mailbox.start(process.execPath, [join(__dirname, "../mailbox/acme-server.js"), BASE, key, cert], { log: join(stage.folder, "authority.log") });
    await stage.container.up(stage.ports, { SSL_CERT_FILE: TRUST });
  }, 120_000);
  afterAll(() => stage?.world.close());

  /** @param records CAA at one.test */
  const ground = (records: readonly string[] = []): Ground => {
    const shell = inNamespace(stage.world, stage.world.mailbox);
    const sidecar = { ...testGround(OVERRIDES).sidecar, ...shell, exec: (command: readonly string[]) => run(command[0], command.slice(1)) };
    return testGround(OVERRIDES, {
      sidecar,
      secret: (name) => (name === "STALWART_ADMIN_PASSWORD" ? ADMIN.password : undefined),
      lookup: (name, type) => Promise.resolve(name === "one.test" && type === "CAA" ? records : []),
      http: () => Promise.resolve({ status: 200, headers: new Headers(), body: JSON.stringify({ meta: { caaIdentities: ["ca.test"] } }) }),
    });
  };

  test("explicit names are no wildcard", async () => expect(await wildcardChallenge.run(ground())).toEqual([]));
  test("CAA for the account that it has", async () => expect(await caa.run(ground([`0 issue "ca.test; accounturi=${BASE}/account/1"`]))).toEqual([]));
  test("CAA for an account of before", async () =>
    expect(await caa.run(ground([`0 issue "ca.test; accounturi=${BASE}/account/7"`]))).toEqual([
      expect.objectContaining({ what: `the CAA at one.test is pinned to the account ${BASE}/account/7, and this one is ${BASE}/account/1` }),
    ]));
  test("names taken out, with a challenge that proves no wildcard", async () => {
    const [[acme], [domain]] = [await list(stage, "AcmeProvider"), await list(stage, "Domain")];
    await api(stage, ["AcmeProvider/set", { update: { [String(acme.id)]: { challengeType: "TlsAlpn01" } } }]);
    await api(stage, ["Domain/set", { update: { [String(domain.id)]: { certificateManagement: { "@type": "Manual" } } } }]);
    await api(stage, ["Domain/set", { update: { [String(domain.id)]: { certificateManagement: { "@type": "Automatic", acmeProviderId: acme.id, subjectAlternativeNames: {} } } } }]);
    expect(await wildcardChallenge.run(ground())).toEqual([{ where: "one.test", what: "a wildcard is wanted by TlsAlpn01" }]);
  });
});
