import { join } from "node:path";
import { MAIL_LINES } from "../../lib/wire";
import { startCaddy } from "./caddy";
import { curl, FAMILIES, swaks } from "./clients";
import { HOST } from "./edge/stage";
import { add, api, change, list, singleton } from "./mailbox/api";
import { EDGE_PEER } from "../../lib/wire";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, NEIGHBOUR, type MailboxStage } from "./mailbox/stage";
import { session } from "./mailbox/talk";
import { until } from "./processes";
import { describeWith, NEEDS } from "./programs";
import { seenIn, type Seen } from "./receivers/seen";
import { ADDRESSES } from "./world";

const FORGED = "198.51.100.77";

/** Every line, HTTPS without PROXY and with the mail host's own name. */
const OVERRIDES = { ...CLOSED_STALWART, PUBLIC_LINES: MAIL_LINES.join(","), WEB_NAMES: "mta-sts,autoconfig,mail" };

describeWith([...MAILBOX_NEEDS, NEEDS.swaks, NEEDS.stalwart], "Stalwart behind the edge", () => {
  let stage: MailboxStage;

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES);
    await stage.container.up(stage.ports);
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  const seen = (): Seen[] => seenIn(stage.container.log(), /listenerId = "(?<line>\w+)", localPort = \d+, remoteIp = (?<address>[^,\s]+), remotePort = (?<port>\d+)/g);
  const portOf = (line: string): number => stage.wire.listeners.find((one) => one.line === line)?.port ?? 0;
  const https = (edge: string, path: string, host = HOST, args: readonly string[] = []) => curl(stage.world, { url: `https://${host}:${portOf("web")}${path}`, edge, trust: stage.certificate.cert, args });

  test("takes the whole plan: not one object is refused, and nothing else is said", () => {
    const said = stage.container.log().split("\n").filter((line) => line.startsWith("start: "));
    expect(said).toEqual([`start: edges: ${stage.wire.edges[0].host} ${ADDRESSES.edgeTailnet}`, "start: plan applied"]);
    expect(stage.container.log()).not.toMatch(/ ERROR /);
  });

  describe.each(FAMILIES)("over $family", ({ edge, client }) => {
    test.each(MAIL_LINES)("%s: greets, ends TLS with the own certificate, and logs the client's address", async (line) => {
      const before = seen().length;
      const source = await session(stage.world, stage.wire, line, { edge, trust: stage.certificate.cert, host: HOST, user: ADMIN });
      const fresh = await until("the log", () => seen().slice(before).find((one) => one.line === line));
      expect(fresh).toMatchObject({ line, address: client, ...(source.port === undefined ? {} : { port: source.port }) });
    });

    test("SPF is judged by the client's address: its domain allows it and nobody else", async () => {
      const { port } = await session(stage.world, stage.wire, "smtp", { edge, trust: stage.certificate.cert, host: HOST, user: ADMIN });
      const verdict = new RegExp(`\\(smtp\\.spf-from-pass\\) listenerId = "smtp", .* remoteIp = ${client}, remotePort = ${port},`);
      await until("the verdict", () => verdict.test(stage.container.log()), { detail: () => stage.container.log().slice(-2000) });
    });

    test("HTTPS by name: policy, autoconfig, JMAP", async () => {
      const policy = await https(edge, "/.well-known/mta-sts.txt", "mta-sts.one.test");
      expect(policy.text.split(/\r?\n/)).toEqual(expect.arrayContaining(["version: STSv1", "mode: testing", `mx: ${HOST}`]));
      const { text } = await https(edge, "/mail/config-v1.1.xml?emailaddress=a@one.test", "autoconfig.one.test");
      expect([...text.matchAll(/<(\w+Server) type="(\w+)">\s*<hostname>(.*?)<\/hostname>\s*<port>(\d+)</g)].map((match) => match.slice(1).join(" "))).toEqual([
        `outgoingServer smtp ${HOST} 465`,
        `incomingServer imap ${HOST} 993`,
        `incomingServer pop3 ${HOST} 995`,
      ]);
      const jmap = await https(edge, "/jmap/session", HOST, ["-u", `${ADMIN.address}:${ADMIN.password}`]);
      expect(JSON.parse(jmap.text)).toMatchObject({ username: ADMIN.address });
    });
  });

  /** A session of swaks in the edge's namespace, straight to the mailbox, with a PROXY v2 header of its own. */
  const forge = (from: string, port: number) =>
    stage.world.edge.run("swaks", [
      ...["--server", ADDRESSES.mailbox, "--port", String(port), "--local-interface", from, "--helo", "client.test", "--from", "stranger@client.test", "--to", ADMIN.address, "--timeout", "10"],
      ...["--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", FORGED, "--proxy-source-port", "2222", "--proxy-dest", ADDRESSES.mailbox, "--proxy-dest-port", String(port)],
    ]);

  test("believes no header but the edge's: a neighbour's is a wrong command", async () => {
    const { code, stdout } = await forge(NEIGHBOUR, portOf("smtp"));
    expect(code).not.toBe(0);
    expect(stdout).toContain("500 5.5.1 Invalid command");
    expect(stage.container.log()).not.toContain(FORGED);
  });
  test("a client's own header through the edge does not change its address", async () => {
    const { code } = await swaks(stage.world, ["--server", ADDRESSES.edge4, "--port", String(portOf("smtp")), "--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", FORGED, "--proxy-source-port", "2222", "--proxy-dest", ADDRESSES.edge4, "--proxy-dest-port", "25"]);
    expect(code).not.toBe(0);
    expect(stage.container.log()).not.toContain(FORGED);
  });
  test("the same header from the edge's address is believed", async () => {
    await forge(ADDRESSES.edgeTailnet, portOf("smtp"));
    expect(seen()).toContainEqual({ line: "smtp", address: FORGED, port: "2222" });
    expect(stage.container.log()).toMatch(new RegExp(`\\(smtp\\.spf-from-fail\\) .* remoteIp = ${FORGED},`));
  });
  test("a node of the tailnet comes without a header, the edge cannot", async () => {
    const url = `imaps://${ADDRESSES.mailbox}:${portOf("imaps")}/INBOX`;
    const login = ["-sS", "-k", "-m", "5", "-u", `${ADMIN.address}:${ADMIN.password}`];
    expect(await stage.world.edge.run("curl", [...login, "--interface", NEIGHBOUR, url])).toMatchObject({ code: 0 });
    expect(seen()).toContainEqual(expect.objectContaining({ line: "imaps", address: NEIGHBOUR }));
    expect((await stage.world.edge.run("curl", [...login, "--interface", ADDRESSES.edgeTailnet, url])).code).not.toBe(0);
  });

  describe("wrong passwords through HTTPS without PROXY", () => {
    const login = (edge: string, password: string) => https(edge, "/jmap/session", HOST, ["--fail", "-u", `${ADMIN.address}:${password}`]);
    const wrong = async (): Promise<void> => {
      for (let count = 0; count < 5; count++) expect((await login(ADDRESSES.edge4, `wrong-${count}`)).result.code).not.toBe(0);
    };
    const blocked = async (): Promise<unknown[]> => (await list(stage, "BlockedIp")).map(({ address }) => address);
    beforeAll(() => api(stage, change("Security", { authBanRate: { count: 3, period: 86_400_000 } }), add("Action", { "@type": "ReloadSettings" })));

    test("do not close it: the edge is on the allow-list", async () => {
      expect(await singleton(stage, "Security")).toMatchObject({ authBanPeriod: 3_600_000 });
      await wrong();
      expect(await blocked()).toEqual([]);
      for (const { edge } of FAMILIES) expect((await login(edge, ADMIN.password)).result.code).toBe(0);
    });
    test("would close it for everybody if it were not", async () => {
      const ours = (await list(stage, "AllowedIp")).map(({ id, address, reason }) => ({ id, address, reason }));
      expect(ours.map(({ address, reason }) => `${String(address)}: ${String(reason)}`).sort()).toEqual(["192.0.2.25: tailwart: an edge", `${EDGE_PEER}: tailwart: an edge`]);
      await api(stage, ["AllowedIp/set", { destroy: ours.map(({ id }) => id) }], add("Action", { "@type": "ReloadSettings" }));
      await wrong();
      expect(await blocked()).toEqual([EDGE_PEER]);
      for (const { edge } of FAMILIES) expect((await login(edge, ADMIN.password)).result.code).not.toBe(0);
    });
  });

  test("the edge's gate is answered, and is no client that is counted", async () => {
    const gate = join(__dirname, "../../lib/edge/image/gate.sh");
    const probe = (): Promise<string> => stage.world.edge.must("sh", ["-c", `. ${gate}; probe ${ADDRESSES.mailbox} ${portOf("smtp")}`], { env: { EDGE_TMP: stage.folder } });
    for (let count = 0; count < 5; count++) expect((await probe()).trim()).toBe("good");
    expect(stage.container.log()).not.toMatch(/scan-ban|loiter-ban|abuse-ban/);
  });
});
