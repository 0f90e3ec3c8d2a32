import { randomBytes } from "node:crypto";
import type { Listener } from "../../../lib/wire";
import { startCaddy } from "../caddy";
import { curl, dial, FAMILIES, swaks, type Job, type Source } from "../clients";
import { until } from "../processes";
import { describeWith, NEEDS } from "../programs";
import { startDovecot, type Mailboxes } from "../receivers/dovecot";
import { startPostfix } from "../receivers/postfix";
import type { Receiver, Seen } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { expectSeen, session, urlOf } from "./talk";

const FORGED = "198.51.100.77";

describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.swaks, NEEDS.postfix, NEEDS.dovecot], "mail through the edge to Postfix and Dovecot", () => {
  let stage: Stage;
  let postfix: Receiver;
  let dovecot: Receiver & { readonly mailboxes: Mailboxes };

  beforeAll(async () => {
    stage = await makeStage({});
    const { world, certificate, mail, config } = stage;
    const props = { folder: world.folder, certificate };
    const speaking = (protocol: Listener["protocol"]): Listener[] => mail.filter((listener) => listener.protocol === protocol);
    dovecot = await startDovecot(world.mailbox, { ...props, listeners: speaking("imap"), trusted: `${ADDRESSES.edgeTailnet}/32` });
    postfix = await startPostfix(world.mailbox, { ...props, listeners: speaking("smtp"), domain: "one.test", mailboxes: dovecot.mailboxes });
    await startCaddy(world, config);
  });
  afterAll(() => stage?.world.close());

  const listener = (line: string): Listener => stage.mail.find((one) => one.line === line) as Listener;
  const login = (): string[] => ["--user", `${dovecot.mailboxes.user}:${dovecot.mailboxes.password}`];

  /** Sends over a line of SMTP, with STARTTLS or TLS, and with a password where the line is for users. */
  async function send(line: string, edge: string, subject: string, body: string): Promise<Source> {
    const users = line === "smtp" ? [] : login();
    const { result, source } = await curl(stage.world, {
      ...{ url: urlOf(listener(line), "client.test"), edge, trust: stage.certificate.cert },
      args: [...users, "--mail-from", "stranger@client.test", "--mail-rcpt", "user@one.test", "--upload-file", "-"],
      input: `Subject: ${subject}\r\n\r\n${body}\r\n`,
    });
    expect(result).toMatchObject({ code: 0 });
    return source;
  }

  /** Logs in over a line of IMAP and reads the message with that subject, once it is delivered. */
  async function read(line: string, edge: string, subject: string): Promise<{ text: string; source: Source }> {
    const to = { edge, trust: stage.certificate.cert, args: login() };
    const found = await until(`the message ${subject}`, async () => {
      const { text } = await curl(stage.world, { ...to, url: urlOf(listener(line), `INBOX?SUBJECT%20${subject}`) });
      return /\* SEARCH (\d+)/.exec(text)?.[1];
    });
    const { text, source, result } = await curl(stage.world, { ...to, url: urlOf(listener(line), `INBOX;MAILINDEX=${found}`) });
    expect(result).toMatchObject({ code: 0 });
    return { text, source };
  }

  const name = (): string => randomBytes(6).toString("hex");

  describe.each(FAMILIES)("over $family", ({ edge, client }) => {
    test.each(["smtp", "submission", "submissions"])("%s: Postfix logs the client's address and port, and the message has it", async (line) => {
      const subject = name();
      const source = await send(line, edge, subject, "hello");
      expect(source.address).toBe(client);
      await expectSeen(postfix, { line, ...source });
      const { text } = await read("imaps", edge, subject);
      expect(text).toContain(client.includes(":") ? `[IPv6:${client}]` : `[${client}]`);
    });

    test.each(["imap", "imaps"])("%s: Dovecot logs the client's address and port", async (line) => {
      const subject = name();
      await send("smtp", edge, subject, "hello");
      const { text, source } = await read(line, edge, subject);
      expect(text).toContain(subject);
      expect(source.address).toBe(client);
      await expectSeen(dovecot, { line, ...source });
    });
  });

  /** Options of swaks: from a source port by which the log is searched. */
  const from = (port: number): string[] => ["--server", `${ADDRESSES.edge4}:${listener("smtp").port}`, "--local-port", String(port)];
  const seenFrom = (line: string, port: number): Seen => ({ line, address: ADDRESSES.client4, port: String(port) });

  test("a session of swaks in plain text: Postfix logs the client's address and port", async () => {
    expect(await swaks(stage.world, from(40025))).toMatchObject({ code: 0, stdout: expect.stringContaining("queued as") as string });
    await expectSeen(postfix, seenFrom("smtp", 40025));
  });

  test("a message of 1 MB comes back byte by byte", async () => {
    const subject = name();
    const body = Array.from({ length: 16_384 }, () => randomBytes(31).toString("hex")).join("\r\n");
    expect(body.length).toBeGreaterThan(1_000_000);
    await send("submissions", ADDRESSES.edge6, subject, body);
    const { text } = await read("imaps", ADDRESSES.edge4, subject);
    expect(text.slice(text.indexOf("\r\n\r\n") + 4).trimEnd() === body).toBe(true);
  });

  test("a client's own PROXY line is a wrong command to both", async () => {
    const header = `PROXY TCP4 ${FORGED} ${ADDRESSES.edge4} 1111 25\r\n`;
    const say = (line: string, localPort: number, refusal: string, leave: string, until: string): Job => ({
      ...{ host: ADDRESSES.edge4, port: listener(line).port, forMs: 5000, localPort },
      ...{ steps: [{ send: header }, { after: refusal, send: leave }], until },
    });
    const jobs = [say("smtp", 40125, "50", "QUIT\r\n", "221"), say("imap", 40143, "BAD", "a LOGOUT\r\n", "a OK")];
    const [smtp, imap] = await dial(stage.world.client, jobs);
    expect(smtp.text).toMatch(/^220 [^]*\n50\d .*command not recognized/);
    expect(imap.text).toMatch(/^\* OK [^]*PROXY BAD /);
    await expectSeen(postfix, seenFrom("smtp", 40125));
    await expectSeen(dovecot, seenFrom("imap", 40143));
  });

  test("a client's own binary PROXY header ends the session; its bytes contain QUIT for that", async () => {
    const forged = ["--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", FORGED, "--proxy-source-port", "2222"];
    const { code } = await swaks(stage.world, [...from(40225), ...forged, "--proxy-dest", ADDRESSES.edge4, "--proxy-dest-port", "25"]);
    expect(code).not.toBe(0);
    await expectSeen(postfix, seenFrom("smtp", 40225));
  });

  test("nobody but the client is a client in the logs: not the edge, nobody who was forged", () => {
    const clients = new Set([...postfix.seen(), ...dovecot.seen()].map(({ address }) => address));
    expect([...clients].sort()).toEqual([ADDRESSES.client6, ADDRESSES.client4]);
  });

  test("without a header neither server greets: what they logged came by PROXY", async () => {
    const jobs = stage.mail.map((one) => session(ADDRESSES.mailbox, one, { forMs: 8000, steps: undefined, until: undefined }));
    const answers = await dial(stage.world.edge, jobs);
    expect(answers).toHaveLength(5);
    for (const { text, certificate, closedMs } of answers) {
      expect(text).not.toMatch(/^(220|\* OK)/);
      expect(certificate).toBeUndefined();
      expect(closedMs).toBeDefined();
    }
  });
});
