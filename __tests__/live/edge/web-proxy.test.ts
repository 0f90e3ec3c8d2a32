import { startCaddy } from "../caddy";
import { makeCertificate, type Certificate } from "../certificates";
import { curl, dial, FAMILIES } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { startNginx } from "../receivers/nginx";
import type { Receiver } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { expectSeen } from "./talk";

const WEB = "www.web.test";

describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.nginx], "HTTPS with PROXY, to web servers that demand it", () => {
  let stage: Stage;
  let web: Certificate;
  let mailboxServer: Receiver;
  let webServer: Receiver;

  beforeAll(async () => {
    stage = await makeStage({ WEB_PROXY_PROTOCOL: "true", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" });
    const { world, wire, certificate, config } = stage;
    web = await makeCertificate(world.folder, WEB, [WEB]);
    const demanding = { proxyProtocol: true };
    mailboxServer = await startNginx(world.mailbox, { ...demanding, folder: `${world.folder}/mailbox`, listen: "443", certificate, page: "the mailbox" });
    webServer = await startNginx(world.edge, { ...demanding, folder: `${world.folder}/web`, listen: wire.fallback?.dial ?? "", certificate: web, page: "the web server" });
    await startCaddy(world, config);
  });
  afterAll(() => stage?.world.close());

  test.each(FAMILIES)("over $family: the mailbox's web server logs the client's address and port (WEB_PROXY_PROTOCOL)", async ({ edge, client }) => {
    const { text, source } = await curl(stage.world, { url: "https://autoconfig.one.test/mail/config-v1.1.xml", edge, trust: stage.certificate.cert });
    expect(text).toBe("the mailbox");
    expect(source.address).toBe(client);
    await expectSeen(mailboxServer, { line: "autoconfig.one.test", ...source });
  });

  test.each(FAMILIES)("over $family: the host's web server logs the client's address and port (EDGE_WEB_FALLBACK_PROXY_PROTOCOL)", async ({ edge, client }) => {
    const { text, source } = await curl(stage.world, { url: `https://${WEB}/`, edge, trust: web.cert });
    expect(text).toBe("the web server");
    expect(source.address).toBe(client);
    await expectSeen(webServer, { line: WEB, ...source });
  });

  test("both web servers answer nobody without a header", async () => {
    const host = stage.wire.fallback?.host ?? "";
    const answers = await dial(stage.world.edge, [
      { host, port: stage.wire.fallback?.port ?? 0, forMs: 3000, tls: { servername: WEB } },
      { host: ADDRESSES.mailbox, port: 443, forMs: 3000, tls: { servername: "autoconfig.one.test" } },
    ]);
    for (const { certificate, closedMs } of answers) expect({ certificate, closed: closedMs !== undefined }).toEqual({ certificate: undefined, closed: true });
  });
});
