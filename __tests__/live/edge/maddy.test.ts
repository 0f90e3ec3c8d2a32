import { MAIL_LINES, type Listener } from "../../../lib/wire";
import { startCaddy } from "../caddy";
import { curl, FAMILIES } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { startMaddy } from "../receivers/maddy";
import type { Receiver } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { expectSeen, urlOf } from "./talk";

const PASSWORD = "a-password";
const MESSAGE = `From: user@one.test\r\nSubject: hello\r\n\r\nhello\r\n`;
/** maddy has no ManageSieve and no POP3. */
const LINES = MAIL_LINES.filter((line) => !["sieve", "pop3s"].includes(line));

describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.maddy], "mail through the edge to maddy", () => {
  let stage: Stage;
  let maddy: Receiver & { readonly account: string };

  beforeAll(async () => {
    stage = await makeStage({ PUBLIC_LINES: LINES.join(","), EDGE_WEB: "mail-only" });
    const { world, mail, certificate, config } = stage;
    const trusted = `${ADDRESSES.edgeTailnet}/32`;
    const props = { folder: world.folder, listeners: mail, certificate };
    maddy = await startMaddy(world.mailbox, { ...props, domain: "one.test", trusted, password: PASSWORD });
    await startCaddy(world, config);
  });
  afterAll(() => stage?.world.close());

  describe.each(FAMILIES)("over $family", ({ edge, client }) => {
    test.each(LINES)("%s: a session with TLS, and maddy's log has the client's address and port", async (line) => {
      const one = stage.mail.find((listener) => listener.line === line) as Listener;
      const imap = one.protocol === "imap";
      const login = line === "smtp" ? [] : ["--user", `${maddy.account}:${PASSWORD}`];
      const sending = ["--mail-from", maddy.account, "--mail-rcpt", maddy.account, "--upload-file", "-"];
      const { result, source } = await curl(stage.world, {
        ...{ url: urlOf(one, imap ? "INBOX" : "client.test"), edge, trust: stage.certificate.cert },
        args: [...login, ...(imap ? [] : sending)],
        input: MESSAGE,
      });
      expect(result).toMatchObject({ code: 0 });
      expect(source.address).toBe(client);
      await expectSeen(maddy, { line, ...source });
    });
  });
});
