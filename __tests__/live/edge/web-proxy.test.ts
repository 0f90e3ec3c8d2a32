import { startCaddy } from "../caddy";
import { curl, dial, FAMILIES } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { expectSeen } from "./talk";
import { startWebServers, WEB, type WebServers } from "./web";


describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.nginx], "HTTPS with PROXY, to web servers that demand it", () => {
  let stage: Stage;
  let servers: WebServers;

  beforeAll(async () => {
    stage = await makeStage({ WEB_PROXY_PROTOCOL: "true", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" });
    servers = await startWebServers(stage, true);
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  test.each(FAMILIES)("WEB_PROXY_PROTOCOL over $family: the mailbox logs the client's address and port", async ({ edge, client }) => {
    const url = "https://autoconfig.one.test/mail/config-v1.1.xml";
    const { text, source } = await curl(stage.world, { url, edge, trust: stage.certificate.cert });
    expect(text).toBe("the mailbox");
    expect(source.address).toBe(client);
    await expectSeen(servers.mailbox, { line: "autoconfig.one.test", ...source });
  });

  test.each(FAMILIES)("EDGE_WEB_FALLBACK_PROXY_PROTOCOL over $family: the web server logs the client's address and port", async ({ edge, client }) => {
    const { text, source } = await curl(stage.world, { url: `https://${WEB}/`, edge, trust: servers.certificate.cert });
    expect(text).toBe("the web server");
    expect(source.address).toBe(client);
    await expectSeen(servers.web, { line: WEB, ...source });
  });

  test("both web servers answer nobody without a header", async () => {
    const host = stage.wire.fallback?.host ?? "";
    const answers = await dial(stage.world.edge, [
      { host, port: stage.wire.fallback?.port ?? 0, forMs: 3000, tls: { servername: WEB } },
      { host: ADDRESSES.mailbox, port: 443, forMs: 3000, tls: { servername: "autoconfig.one.test" } },
    ]);
    for (const { certificate, closedMs } of answers) {
      expect(certificate).toBeUndefined();
      expect(closedMs).toBeDefined();
    }
  });
});
