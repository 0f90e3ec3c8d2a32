import type { CaddyConfig, CaddyServer } from "../../../lib/edge/caddy";
import { startCaddy } from "../caddy";
import { makeCertificate } from "../certificates";
import { dial, type Answer } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { startHaproxy } from "../receivers/haproxy";
import { startNginx } from "../receivers/nginx";
import { ADDRESSES } from "../world";
import { ALL_LINES, EDGE_NEEDS, HOST, makeStage, type Stage } from "./stage";
import { mannersOf, session } from "./talk";

/** What lib/edge/caddy.ts would never write: the part of Caddy's configuration that mutations touch, loosely typed. */
interface LooseProxy {
  proxy_protocol?: string;
  upstreams: { dial: string[] }[];
}
interface LooseServer {
  listen: string[];
  routes: { match?: unknown[]; handle: LooseProxy[] }[];
}

const WEB = "www.web.test";
const NAME = "mta-sts.one.test";
const loose = (server: CaddyServer): LooseServer => JSON.parse(JSON.stringify(server)) as LooseServer;
const mutate = (server: CaddyServer, change: (server: LooseServer) => void): CaddyServer => {
  const copy = loose(server);
  change(copy);
  return copy as unknown as CaddyServer;
};

/** Mutations of a mail line at the edge. One Caddy runs them all, each on its own line; pop3s stays as it is. */
const EDGE_MUTATIONS: Record<string, (server: LooseServer) => void> = {
  smtp: ({ routes }) => void (routes[0].match = [{ tls: {} }]),
  submission: ({ routes }) => void delete routes[0].handle[0].proxy_protocol,
  imap: ({ routes }) => void (routes[0].handle[0].upstreams[0].dial = [routes[0].handle[0].upstreams[0].dial[0].replace(/\d+$/, "144")]),
  submissions: ({ routes }) => void (routes[0].handle[0].upstreams[0].dial = [`${ADDRESSES.mailbox}:465`]),
};
/** Lines on which the mailbox expects no header although the edge sends one. */
const NO_PROXY_AT_THE_MAILBOX = ["imaps", "sieve"];

describeWith([...EDGE_NEEDS, NEEDS.haproxy], "what the rules of the wire keep away: mail lines, each with one mistake, through the real Caddy", () => {
  let stage: Stage;
  let answers: Record<string, Answer>;

  beforeAll(async () => {
    stage = await makeStage({ ...ALL_LINES, EDGE_WEB: "mail-only" });
    const { world, wire, mail, certificate, config, resolver } = stage;
    const listeners = mail.map((one) => (NO_PROXY_AT_THE_MAILBOX.includes(one.line) ? { ...one, proxy: "none" as const } : one));
    await startHaproxy(world.mailbox, { folder: world.folder, listeners, certificate });
    const servers = Object.entries(config.apps.layer4.servers).map(([line, server]) => [line, mutate(server, EDGE_MUTATIONS[line] ?? (() => undefined))]);
    await startCaddy(world, { ...config, apps: { layer4: { servers: Object.fromEntries(servers) as CaddyConfig["apps"]["layer4"]["servers"] } } });
    // The mailbox registers again: who dials its address, not its name, stays behind.
    await world.mailbox.addAddress("tailnet", ADDRESSES.mailboxAgain, 10);
    await world.mailbox.removeAddress("tailnet", ADDRESSES.mailbox, 10);
    await resolver.answer({ [wire.mailbox.host]: [ADDRESSES.mailboxAgain] });
    const silent = mail.map((one) => session(ADDRESSES.edge4, one, { forMs: 7000, ...(one.line === "smtp" ? { steps: [], until: undefined } : {}) }));
    const all = await dial(world.client, silent);
    answers = Object.fromEntries(mail.map(({ line }, index) => [line, all[index]]));
  });
  afterAll(() => stage?.world.close());

  test("no mistake: the client is greeted, and the mailbox sees it", () => {
    expect(answers.pop3s.text).toContain(`haproxy sees ${ADDRESSES.client4} ${answers.pop3s.port}`);
  });

  test("fails with a matcher on a mail port: a client that waits for the greeting is thrown out after three seconds", () => {
    expect(answers.smtp.text).toBe("");
    expect(answers.smtp.closedMs).toBeGreaterThan(2500);
    expect(answers.smtp.closedMs).toBeLessThan(4500);
  });

  test("fails with PROXY only at the mailbox: nobody is greeted", () => {
    expect(answers.submission.text).toBe("");
  });

  test("fails with PROXY only at the edge: TLS never comes about, and in plain text the edge is taken for the client", () => {
    expect(answers.imaps).toMatchObject({ text: "" });
    expect(answers.imaps.certificate).toBeUndefined();
    expect(answers.sieve.text).toContain(`haproxy sees ${ADDRESSES.edgeTailnet} `);
  });

  test("fails with a wrong port: the connection is taken, and closed without a word", () => {
    expect(answers.imap).toMatchObject({ text: "", closedMs: expect.any(Number) as number });
  });

  test("fails with an address in place of the name: the mailbox has another one by now", () => {
    expect(answers.submissions).toMatchObject({ text: "" });
  });

  test("every line but the one without a mistake is broken", () => {
    const well = stage.mail.filter((one) => mannersOf(one).greeting.test(answers[one.line].text) && answers[one.line].text.includes(ADDRESSES.client4));
    expect(well.map(({ line }) => line)).toEqual(["pop3s"]);
  });
});

/** Mutations of the HTTPS routes, each on a port of its own. */
const WEB_MUTATIONS: Record<number, (server: LooseServer) => void> = {
  443: () => undefined,
  1443: ({ routes }) => void routes.reverse(),
  2443: ({ routes }) => void routes.splice(1, 0, { match: [{ remote_ip: { ranges: ["192.0.2.1/32"] } }], handle: routes[1].handle }),
  3443: ({ routes }) => void routes.pop(),
  4443: ({ routes }) => void (routes[0].handle[0].proxy_protocol = "v2"),
};

describeWith([...EDGE_NEEDS, NEEDS.nginx], "what the rules of the wire keep away: HTTPS by name, each with one mistake, through the real Caddy", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await makeStage({});
    const { world, wire, certificate, config } = stage;
    const web = await makeCertificate(world.folder, WEB, [WEB]);
    const plain = { proxyProtocol: false };
    await startNginx(world.mailbox, { ...plain, folder: `${world.folder}/mailbox`, listen: "443", certificate, page: "" });
    await startNginx(world.edge, { ...plain, folder: `${world.folder}/web`, listen: wire.fallback?.dial ?? "", certificate: web, page: "" });
    const at = (port: number, change: (server: LooseServer) => void): CaddyServer =>
      mutate(config.apps.layer4.servers.web, (server) => {
        server.listen = [`:${port}`];
        change(server);
      });
    const servers = Object.entries(WEB_MUTATIONS).map(([port, change]) => [`web${port}`, at(Number(port), change)] as const);
    const twice = { first: at(5443, ({ routes }) => void routes.pop()), second: at(5443, ({ routes }) => void routes.shift()) };
    await startCaddy(world, { ...config, apps: { layer4: { servers: { ...Object.fromEntries(servers), ...twice } } } });
  });
  afterAll(() => stage?.world.close());

  const hello = async (port: number, servername: string, splitAt: number[] = []): Promise<string | undefined> =>
    (await dial(stage.world.client, [{ host: ADDRESSES.edge4, port, forMs: 5000, tls: { servername, splitAt } }]))[0].certificate;

  test("no mistake: each name gets its certificate, whole and split", async () => {
    expect(await Promise.all([hello(443, NAME), hello(443, NAME, [100]), hello(443, WEB)])).toEqual([HOST, HOST, WEB]);
  });

  test("fails with the route for all else first: the mailbox's names never reach it", async () => {
    expect(await hello(1443, NAME)).toBe(WEB);
  });

  test("fails with a route between the names and all else: a ClientHello in two segments goes to the wrong server", async () => {
    expect(await Promise.all([hello(2443, NAME), hello(2443, NAME, [100])])).toEqual([HOST, WEB]);
  });

  test("fails without a route for all else: the host's own pages are gone", async () => {
    expect(await Promise.all([hello(3443, NAME), hello(3443, WEB)])).toEqual([HOST, undefined]);
  });

  test("fails with PROXY only at the edge: TLS never comes about", async () => {
    expect(await Promise.all([hello(4443, NAME), hello(4443, WEB)])).toEqual([undefined, WEB]);
  });

  test("fails with one port in two servers: connections are shared out, and part of them fail", async () => {
    const jobs = Array.from({ length: 40 }, () => ({ host: ADDRESSES.edge4, port: 5443, forMs: 5000, tls: { servername: NAME } }));
    const got = new Set((await dial(stage.world.client, jobs)).map(({ certificate }) => certificate));
    expect([...got].sort()).toEqual([HOST, WEB]);
  });
});
