import { join } from "node:path";
import { startCaddy } from "./caddy";
import { curl, FAMILIES, swaks } from "./clients";
import { HOST } from "./edge/stage";
import { Authority } from "./mailbox/authority";
import { ADMIN, BUSYBOX, CLOSED, MAILBOX_NEEDS, makeMailbox, NEIGHBOUR, type MailboxStage } from "./mailbox/stage";
import { session } from "./mailbox/talk";
import { until } from "./processes";
import { describeWith, NEEDS } from "./programs";
import { ADDRESSES } from "./world";

const FORGED = "198.51.100.77";
const RELAY = { host: "smtp.relay.test", port: 2587, password: "relay-secret-1" };
const TRUST = "/etc/ssl/authority.pem";
const OVERRIDES = { ...CLOSED, MAIL_SERVER: "maddy", STALWART_SMARTHOST: `${RELAY.host}:${RELAY.port}`, STALWART_SMARTHOST_USER: "relay-user" };

describeWith([...MAILBOX_NEEDS, BUSYBOX, NEEDS.swaks, NEEDS.maddy], "maddy behind the edge", () => {
  let stage: MailboxStage;
  let authority: Authority;
  const logs: string[] = [];

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: { "/run/secrets/stalwart_smarthost_password": RELAY.password }, answers: { [RELAY.host]: [ADDRESSES.edgeTailnet] } });
    authority = await Authority.make(stage.folder);
    stage.container.write(TRUST, authority.certificate);
    await up();
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());
  afterEach(() => void logs.push(stage.container.log()));

  const up = (): Promise<void> => stage.container.up(stage.ports, { SSL_CERT_FILE: TRUST });
  const said = (): string[] => stage.container.log().split("\n").filter((line) => line.startsWith("start: "));
  const edgeName = (): string => stage.wire.edges[0].host;
  const portOf = (line: string): number => stage.wire.listeners.find((one) => one.line === line)?.port ?? 0;
  const asLogged = (address: string, port: string | undefined): string => `"src_ip":"${address.includes(":") ? `[${address}]` : address}:${port}"`;
  const through = (edge: string) => ({ edge, trust: stage.certificate.cert, host: HOST });

  test("starts with one account, made by the script", () => expect(said()).toEqual([`start: edges: ${edgeName()} ${ADDRESSES.edgeTailnet}`, `start: made the account ${ADMIN.address}`]));

  describe.each(FAMILIES)("over $family", ({ edge, client }) => {
    test.each(["smtp", "submissions", "submission"])("%s: takes a message, and logs the client's address", async (line) => {
      const { address, port } = await session(stage.world, stage.wire, line, { ...through(edge), user: ADMIN });
      expect(address).toBe(client);
      await until("the log", () => stage.container.log().includes(asLogged(client, port)), { detail: () => stage.container.log().slice(-2000) });
    });
    test.each(["imap", "imaps"])("%s: lets the user in, and logs the client's address when it does not", async (line) => {
      await session(stage.world, stage.wire, line, { ...through(edge), user: ADMIN });
      const url = `${line}://${HOST}:${portOf(line)}/INBOX`;
      const { source, result } = await curl(stage.world, { url, ...through(edge), args: ["-u", `${ADMIN.address}:wrong`] });
      expect(result.code).toBe(67);
      expect(source.address).toBe(client);
      await until("the log", () => stage.container.log().includes(`imap/sasl: authentication failed`) && stage.container.log().includes(asLogged(client, source.port)));
    });
    test("SPF is judged by the client's address, and the message tells it", async () => {
      await session(stage.world, stage.wire, "smtp", { ...through(edge), user: ADMIN });
      const read = async (path: string): Promise<string> =>
        (await curl(stage.world, { url: `imaps://${HOST}:${portOf("imaps")}/INBOX${path}`, ...through(edge), args: ["-u", `${ADMIN.address}:${ADMIN.password}`] })).text;
      const from = /\* SEARCH (.*)/.exec(await read("?FROM%20stranger@client.test"))?.[1].trim().split(" ") ?? [];
      const text = await read(`;MAILINDEX=${from.at(-1)}`);
      expect(text).toMatch(/spf=pass reason="matched\s+ip"/);
      expect(text).toMatch(new RegExp(`^Received: from client\\.test .*\\[${client}\\]`, "m"));
    });
  });

  const forge = (from: string) =>
    stage.world.edge.run("swaks", [
      ...["--server", ADDRESSES.mailbox, "--port", String(portOf("smtp")), "--local-interface", from, "--helo", "client.test", "--from", "stranger@client.test", "--to", ADMIN.address, "--timeout", "10"],
      ...["--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", FORGED, "--proxy-source-port", "2222", "--proxy-dest", ADDRESSES.mailbox, "--proxy-dest-port", "25"],
    ]);
  test("believes no header but the edge's", async () => {
    await forge(NEIGHBOUR);
    await swaks(stage.world, ["--server", ADDRESSES.edge4, "--port", String(portOf("smtp")), "--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", FORGED, "--proxy-source-port", "2222", "--proxy-dest", ADDRESSES.edge4, "--proxy-dest-port", "25"]);
    expect(stage.container.log()).not.toContain(FORGED);
    expect(stage.container.log()).toContain(`connection from untrusted source ${NEIGHBOUR}:`);
    expect(stage.container.log()).toContain(`"src_ip":"${NEIGHBOUR}:`);
    await forge(ADDRESSES.edgeTailnet);
    expect(stage.container.log()).toContain(asLogged(FORGED, "2222"));
  });
  test("a node of the tailnet comes without a header, also to TLS from the first byte", async () => {
    const url = `imaps://${ADDRESSES.mailbox}:${portOf("imaps")}/INBOX`;
    expect(await stage.world.edge.run("curl", ["-sS", "-k", "-m", "5", "--interface", NEIGHBOUR, "-u", `${ADMIN.address}:${ADMIN.password}`, url])).toMatchObject({ code: 0 });
  });

  describe("outgoing mail", () => {
    const send = async (name: string, files: readonly string[]): Promise<string> => {
      const sink = await stage.world.edge.start(process.execPath, [join(__dirname, "mailbox", "smtp-sink.js"), String(RELAY.port), ...files], { log: join(stage.folder, `${name}.log`) });
      await stage.world.edge.untilListening([RELAY.port], sink);
      const args = ["-u", `${ADMIN.address}:${ADMIN.password}`, "--mail-from", ADMIN.address, "--mail-rcpt", `${name}@elsewhere.test`, "--upload-file", "-"];
      const { result } = await curl(stage.world, { url: `smtps://${HOST}:${portOf("submissions")}/client.test`, ...through(ADDRESSES.edge4), args, input: `From: ${ADMIN.address}\r\nSubject: out\r\n\r\nhello\r\n` });
      expect(result).toMatchObject({ code: 0 });
      await until("the smarthost to be asked", () => /QUIT|broken|RCPT/.test(sink.output()), { detail: () => stage.container.log().slice(-2000) });
      await sink.stop();
      return sink.output();
    };
    test("gives the smarthost nothing without TLS, or with a certificate that nobody signed", async () => {
      expect(await send("plain", [])).not.toMatch(/AUTH|MAIL/);
      expect(await send("untrusted", [stage.certificate.key, stage.certificate.cert])).not.toMatch(/AUTH|MAIL/);
    });
    test("logs in and delivers inside TLS", async () => {
      const { key, cert } = await authority.issue(RELAY.host);
      const login = Buffer.from(`\0relay-user\0${RELAY.password}`).toString("base64");
      const heard = await send("trusted", [key, cert]);
      expect(heard).toMatch(new RegExp(`tls AUTH PLAIN ${login}\n[^]*tls RCPT TO:<trusted@elsewhere.test>`));
      expect(heard).not.toMatch(/plain (AUTH|MAIL)/);
    });
  });

  test("health is good, bad while PostgreSQL is frozen, and good again", async () => {
    expect(await stage.container.health()).toMatchObject({ code: 0, stdout: "" });
    stage.postgres.signal("SIGSTOP");
    const frozen = await stage.container.health();
    stage.postgres.signal("SIGCONT");
    expect(frozen).toMatchObject({ code: 1, stdout: "waiting: PostgreSQL (postgres.tail0000.ts.net:54329)\n" });
    expect(await stage.container.health()).toMatchObject({ code: 0 });
  });

  test("waits for a PostgreSQL that comes late, and keeps account and messages", async () => {
    await stage.container.down();
    await stage.postgres.stop();
    await stage.container.start({ SSL_CERT_FILE: TRUST });
    await until("a word about it", () => said().some((line) => /waiting for PostgreSQL \(.*\): .*connection refused/.test(line)), { detail: () => stage.container.log() });
    await stage.postgres.start();
    await stage.world.mailbox.untilListening(stage.ports, stage.container.running, 20_000);
    expect(said().filter((line) => line.includes("made the account"))).toEqual([]);
    await session(stage.world, stage.wire, "imaps", { ...through(ADDRESSES.edge4), user: ADMIN });
  });

  test("an edge that moves is believed at once, its old address is not answered, and maddy goes on", async () => {
    const { pid } = stage.container.running;
    await stage.world.edge.addAddress("tailnet", "100.64.0.5", 10);
    await stage.guard.tell([{ name: edgeName(), address: "100.64.0.5", tag: stage.wire.edges[0].tag }, { name: "neighbour.tail0000.ts.net", address: NEIGHBOUR }]);
    const seen = (): number => stage.container.log().split(FORGED).length;
    const before = seen();
    await forge(ADDRESSES.edgeTailnet);
    expect(seen()).toBe(before);
    await forge("100.64.0.5");
    expect(seen()).toBeGreaterThan(before);
    expect(stage.container.running.pid).toBe(pid);
  });

  test("no secret is in any log or in the configuration", async () => {
    const config = await stage.container.inside("cat", ["/opt/tailwart/maddy.conf"]);
    for (const secret of stage.secrets) expect([...logs, config].join("\n")).not.toContain(secret);
  });

  test("the edge's gate is answered, and is no client that is counted", async () => {
    const gate = join(__dirname, "../../lib/edge/image/gate.sh");
    const probe = (): Promise<string> => stage.world.edge.must("sh", ["-c", `. ${gate}; probe ${ADDRESSES.mailbox} ${portOf("smtp")}`], { env: { EDGE_TMP: stage.folder } });
    for (let count = 0; count < 5; count++) expect((await probe()).trim()).toBe("good");
    expect(stage.container.log()).not.toMatch(/scan-ban|loiter-ban|abuse-ban/);
  });
});
