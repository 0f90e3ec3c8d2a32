import { join } from "node:path";
import { startCaddy } from "../caddy";
import { curl } from "../clients";
import { HOST } from "../edge/stage";
import { until, type Running } from "../processes";
import { describeWith, NEEDS } from "../programs";
import { ADDRESSES } from "../world";
import { Authority } from "./authority";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";

const RELAY = "smtp.relay.test";
const PORT = 2587;
const PASSWORD = "relay-secret-1";
const TRUST = "/etc/ssl/authority.pem";
const LOGIN = Buffer.from(`\0relay-user\0${PASSWORD}`).toString("base64");

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "Stalwart and its smarthost", () => {
  let stage: MailboxStage;
  let authority: Authority;
  let sink: Running;

  beforeAll(async () => {
    stage = await makeMailbox(
      { ...CLOSED_STALWART, STALWART_SMARTHOST: `${RELAY}:${PORT}`, STALWART_SMARTHOST_USER: "relay-user" },
      { secrets: { "/run/secrets/stalwart_smarthost_password": PASSWORD }, answers: { [RELAY]: [ADDRESSES.edgeTailnet] } },
    );
    authority = await Authority.make(stage.folder);
    stage.container.write(TRUST, authority.certificate);
    await stage.container.up(stage.ports, { SSL_CERT_FILE: TRUST });
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());
  afterEach(() => sink.stop());

  const listen = async (log: string, files: readonly string[]): Promise<void> => {
    sink = await stage.world.edge.start(process.execPath, [join(__dirname, "smtp-sink.js"), String(PORT), ...files], { log: join(stage.folder, `${log}.log`) });
    await stage.world.edge.untilListening([PORT], sink);
  };
  const send = async (to: string): Promise<void> => {
    const args = ["-u", `${ADMIN.address}:${ADMIN.password}`, "--mail-from", ADMIN.address, "--mail-rcpt", to, "--upload-file", "-"];
    const { result } = await curl(stage.world, { url: `smtps://${HOST}:465/client.test`, edge: ADDRESSES.edge4, trust: stage.certificate.cert, args, input: `From: ${ADMIN.address}\r\nTo: ${to}\r\nSubject: out\r\n\r\nhello\r\n` });
    expect(result).toMatchObject({ code: 0 });
  };
  const logged = (pattern: RegExp): Promise<unknown> => until(String(pattern), () => pattern.test(stage.container.log()), { detail: () => stage.container.log().slice(-2000) });

  test("without STARTTLS it gets neither the password nor the message", async () => {
    await listen("plain", []);
    await send("first@elsewhere.test");
    await logged(/\(delivery\.start-tls-unavailable\)/);
    expect(sink.output()).toContain("plain EHLO mail.one.test");
    expect(sink.output()).not.toMatch(/AUTH|MAIL/);
  });

  test("with a certificate that nobody signed it gets neither", async () => {
    await listen("untrusted", [stage.certificate.key, stage.certificate.cert]);
    await send("second@elsewhere.test");
    await logged(/\(delivery\.start-tls-error\)/);
    expect(sink.output()).toContain("plain STARTTLS");
    expect(sink.output()).not.toMatch(/AUTH|MAIL/);
  });

  test("with its own certificate it gets both, inside TLS", async () => {
    const { key, cert } = await authority.issue(RELAY);
    await listen("trusted", [key, cert]);
    await send("third@elsewhere.test");
    await logged(/to = "third@elsewhere\.test", hostname = "smtp\.relay\.test", code = 250/);
    expect(sink.output()).toMatch(new RegExp(`tls AUTH PLAIN ${LOGIN}\n[^]*tls RCPT TO:<third@elsewhere.test>`));
    expect(sink.output()).not.toMatch(/plain (AUTH|MAIL)/);
  });

  test("mail to the own domain stays at home, and the password in no log", async () => {
    await listen("idle", []);
    await send(ADMIN.address);
    await logged(/to = "admin@one\.test", hostname = "localhost", code = 250/);
    expect(sink.output()).toBe("");
    expect(stage.container.log()).not.toContain(PASSWORD);
  });
});
