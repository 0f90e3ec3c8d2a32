import { startCaddy } from "../caddy";
import { curl, dial, FAMILIES, type Job } from "../clients";
import { until } from "../processes";
import { describeWith, NEEDS, pathOf } from "../programs";
import type { Seen } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, HOST, makeStage, type Stage } from "./stage";
import { startWebServers, WEB, type WebServers } from "./web";


const MAILBOX_NAMES = ["mta-sts", "autoconfig", "autodiscover"].flatMap((name) => [`${name}.one.test`, `${name}.two.test`]);
const OTHER_NAMES = ["one.test", HOST, "www.one.test", "deep.mta-sts.one.test", "mta-sts.three.test", WEB];

describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.nginx], "HTTPS by name, to web servers that know no PROXY", () => {
  let stage: Stage;
  let servers: WebServers;

  beforeAll(async () => {
    stage = await makeStage({ MAIL_DOMAIN: "one.test,two.test" });
    servers = await startWebServers(stage, false);
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  const hello = (tls: Job["tls"], host: string = ADDRESSES.edge4): Job => ({ host, port: 443, forMs: 10_000, tls });
  const certificates = async (jobs: readonly Job[]): Promise<(string | undefined)[]> =>
    (await dial(stage.world.client, jobs)).map(({ certificate, error }) => error ?? certificate);

  test.each(FAMILIES)("over $family: the mailbox's certificate for its names, however they are written", async ({ edge }) => {
    const names = [...MAILBOX_NAMES, ...MAILBOX_NAMES.map((name) => name.toUpperCase())];
    expect(await certificates(names.map((servername) => hello({ servername }, edge)))).toEqual(names.map(() => HOST));
  });

  test.each(FAMILIES)("over $family: the web server's certificate for any other name and for none", async ({ edge }) => {
    expect(await certificates(OTHER_NAMES.map((servername) => hello({ servername }, edge)))).toEqual(OTHER_NAMES.map(() => WEB));
    expect(await certificates([hello({}, edge)])).toEqual([WEB]);
  });

  test.each(FAMILIES)("over $family: openssl sees the same", async ({ edge }) => {
    const at = ["s_client", "-connect", `${edge.includes(":") ? `[${edge}]` : edge}:443`];
    const subject = async (...name: string[]): Promise<string | undefined> =>
      /^subject=CN = (.*)$/m.exec(await stage.world.client.must(pathOf(NEEDS.openssl), [...at, ...name]))?.[1];
    expect(await subject("-servername", "mta-sts.one.test")).toBe(HOST);
    expect(await subject("-servername", WEB)).toBe(WEB);
    expect(await subject("-noservername")).toBe(WEB);
  });

  // Node's hello is about 350 bytes; with post-quantum keys it is longer than one segment of a tailnet or of Ethernet.
  const ONCE = [1, 3, 5, 6, 11, 43, 60, 100, 150, 200, 250].map((offset) => [offset]);
  const SPLITS = [...ONCE, [5, 6, 7, 8], Array.from({ length: 9 }, (_, index) => 40 * (index + 1))];
  const LONG_SPLITS = [[1000], [1280], [1448], [100, 1460, 1700]];

  test.each([
    { padding: 0, length: "one segment's length", splits: SPLITS, least: 250 },
    { padding: 1400, length: "post-quantum length", splits: [[], ...SPLITS, ...LONG_SPLITS], least: 1700 },
    { padding: 8000, length: "a length of 8 kB", splits: [[], ...LONG_SPLITS], least: 8000 },
  ])("a ClientHello of $length that comes in pieces goes the same way", async ({ padding, splits, least }) => {
    const names = ["mta-sts.one.test", "autodiscover.two.test", WEB, undefined];
    const jobs = names.flatMap((servername) => splits.map((splitAt) => hello({ servername, splitAt, padding })));
    const answers = await dial(stage.world.client, jobs);
    expect(Math.min(...answers.map(({ helloBytes = 0 }) => helloBytes))).toBeGreaterThan(least);
    const wanted = jobs.map(({ tls }) => ({ ...tls, got: MAILBOX_NAMES.includes(tls?.servername ?? "") ? HOST : WEB }));
    expect(answers.map(({ certificate, error }, index) => ({ ...jobs[index].tls, got: error ?? certificate }))).toEqual(wanted);
  });

  test("a client's own PROXY header on HTTPS is no TLS: the web server gets it and refuses", async () => {
    const before = Buffer.from(`PROXY TCP4 198.51.100.77 ${ADDRESSES.edge4} 1111 443\r\n`).toString("base64");
    const [{ certificate }] = await dial(stage.world.client, [{ ...hello({ servername: "mta-sts.one.test" }), before }]);
    expect(certificate).toBeUndefined();
    await until("the web server to log a request without a name", () => servers.web.seen().some(({ line }) => line === "-"));
  });

  test.each(FAMILIES)("over $family: the MTA-STS policy's URL with a valid certificate; without PROXY the edge is the client", async ({ edge }) => {
    const url = "https://mta-sts.two.test/.well-known/mta-sts.txt";
    const { text } = await curl(stage.world, { url, edge, trust: stage.certificate.cert });
    expect(text).toBe("the mailbox");
    const ofEdge = ({ line, address }: Seen): boolean => line === "mta-sts.two.test" && address === ADDRESSES.edgeTailnet;
    await until("the log", () => servers.mailbox.seen().some(ofEdge));
  });

  test.each(FAMILIES)("over $family: the host's own pages with a valid certificate", async ({ edge }) => {
    const { text } = await curl(stage.world, { url: `https://${WEB}/`, edge, trust: servers.certificate.cert });
    expect(text).toBe("the web server");
    await until("the log", () => servers.web.seen().some(({ line, address }) => line === WEB && address === "127.0.0.1"));
  });
});
