import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { join } from "node:path";
import { dnsRecords } from "../../lib/dns";
import { askStalwart } from "../../lib/dns/ask-stalwart";
import type { Known } from "../../lib/dns";
import { shownCertificate } from "../../lib/dns/shown-certificate";
import { tlsaRecord } from "../../lib/dns/tlsa";
import type { Way } from "../../lib/site/tunnel";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { all, textsAt } from "../dns/zones";
import { HOST } from "./edge/stage";
import { Authority } from "./mailbox/authority";
import { ADMIN, BUSYBOX, CLOSED, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./mailbox/stage";
import { until } from "./processes";
import { describeWith, NEEDS, pathOf } from "./programs";

/** From a network namespace, as the sidecar's nc does it. */
const fromNamespace = (name: string): Way => ({
  from: name,
  open: (host, port) => {
    const child = spawn("ip", ["netns", "exec", name, pathOf(BUSYBOX), "nc", host, String(port)], { stdio: ["pipe", "pipe", "ignore"] });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    child.once("error", (error) => stream.destroy(error));
    return Object.assign(stream, { setNoDelay: () => stream, setKeepAlive: () => stream, setTimeout: () => stream, ref: () => stream, unref: () => stream });
  },
});

const BASE = "https://ca.test:54443";
const TRUST = "/etc/ssl/authority.pem";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart, BUSYBOX], "what only Stalwart knows", () => {
  const OVERRIDES = {
    ...CLOSED_STALWART,
    ...{ MAIL_DOMAIN: "one.test,two.test", MAIL_TLS_CERT_FILE: "", MAIL_TLS_KEY_FILE: "" },
    ...{ STALWART_ACME_PROVIDER: "spaceship", STALWART_ACME_DIRECTORY: `${BASE}/directory` },
  };
  let stage: MailboxStage;
  const ask = (password = ADMIN.password) => {
    const port = stage.wire.listeners.find(({ line }) => line === "admin")?.port ?? 0;
    return askStalwart({ way: fromNamespace(stage.world.mailbox.name), port, user: ADMIN.address, password, seconds: 10 });
  };

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: { "/run/secrets/stalwart_acme_key": "dns-key-1", "/run/secrets/stalwart_acme_token": "dns-secret-1" }, answers: { "ca.test": ["127.0.0.1"] } });
    const authority = await Authority.make(stage.folder);
    stage.container.write(TRUST, authority.certificate);
    const { key, cert } = await authority.issue("ca.test");
    await stage.world.mailbox.start(process.execPath, [join(__dirname, "mailbox", "acme-server.js"), BASE, key, cert], { log: join(stage.folder, "authority.log") });
    await stage.container.up(stage.ports, { SSL_CERT_FILE: TRUST });
  });
  afterAll(() => stage?.world.close());

  test("its DKIM keys, as it makes them, and its account with the certificate authority", async () => {
    const known = await until("the keys", async (): Promise<Known | undefined> => {
      const found = await ask();
      return found.dkim?.length === 4 ? found : undefined;
    }, { timeoutMs: 30_000, everyMs: 500 });
    expect(known.caaAccounts).toEqual([`${BASE}/account/1`]);
    const kinds = known.dkim?.map(({ name, text }) => `${name.replace(/\d{8}/, "DATE")} ${/k=(\w+)/.exec(text)?.[1]}`);
    expect(kinds?.sort()).toEqual(["one.test", "two.test"].flatMap((domain) => [`v1-ed25519-DATE._domainkey.${domain} ed25519`, `v1-rsa-DATE._domainkey.${domain} rsa`]).sort());
    for (const { text } of known.dkim ?? []) expect(text).toMatch(/^v=DKIM1; .*p=[A-Za-z0-9+/]+=*$/);
    const one = deployment(OVERRIDES);
    const plan = dnsRecords(one, makeWire(one), known);
    expect(all(plan).filter(({ purpose }) => purpose.startsWith("DKIM"))).toHaveLength(4);
    expect(plan.missing.map(({ what }) => what)).not.toContain("DKIM");
  });
  test("a wrong password is said in words", () => expect(ask("wrong-password")).rejects.toThrow(/does not take STALWART_ADMIN_PASSWORD for admin@one\.test/));
  test("it serves exactly the MTA-STS policy whose hash stands in the record", async () => {
    const one = deployment(OVERRIDES);
    const plan = dnsRecords(one, makeWire(one));
    const served = await stage.world.mailbox.must(pathOf(NEEDS.curl), ["-sSk", "--resolve", "mta-sts.one.test:443:127.0.0.1", "https://mta-sts.one.test/.well-known/mta-sts.txt"]);
    const lines = (text: string): string[] => text.split(/\r?\n/).filter(Boolean).sort();
    expect(lines(served)).toEqual(lines(plan.mtaSts ?? ""));
    expect(textsAt(plan, "_mta-sts.one.test")).toHaveLength(1);
  });
});

describeWith([...MAILBOX_NEEDS, NEEDS.maddy, BUSYBOX], "what only maddy knows", () => {
  let stage: MailboxStage;
  const OVERRIDES = { ...CLOSED, MAIL_SERVER: "maddy", PUBLIC_LINES: "smtp,submissions,imaps" };
  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES);
    await stage.container.up(stage.ports);
  });
  afterAll(() => stage?.world.close());

  test("the certificate that it shows, for TLSA", async () => {
    const port = stage.wire.listeners.find(({ line }) => line === "imaps")?.port ?? 0;
    const shown = await shownCertificate(fromNamespace(stage.world.mailbox.name), port, HOST, 10);
    expect(tlsaRecord(shown)).toEqual(tlsaRecord(readFileSync(stage.certificate.cert, "utf8")));
  });
  test("its DKIM record lies where we look for it", async () => {
    const text = (await stage.container.inside("cat", ["/data/dkim_keys/one.test_default.dns"])).trim();
    expect(text).toMatch(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]+=*$/);
  });
});
