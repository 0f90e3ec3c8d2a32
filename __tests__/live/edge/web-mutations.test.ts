import type { CaddyServer } from "../../../lib/edge/caddy";
import { startCaddy } from "../caddy";
import { dial } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { ADDRESSES } from "../world";
import { mutate, type Mutation } from "./mutate";
import { EDGE_NEEDS, HOST, makeStage, type Stage } from "./stage";
import { startWebServers, WEB } from "./web";

const NAME = "mta-sts.one.test";

/** Mutations of the HTTPS routes, each on a port of its own. */
const MUTATIONS: Record<number, Mutation> = {
  443: () => undefined,
  1443: ({ routes }) => void routes.reverse(),
  2443: ({ routes }) => void routes.splice(1, 0, { match: [{ remote_ip: { ranges: ["192.0.2.1/32"] } }], handle: routes[1].handle }),
  3443: ({ routes }) => void routes.pop(),
  4443: ({ routes }) => void (routes[0].handle[0].proxy_protocol = "v2"),
};

describeWith([...EDGE_NEEDS, NEEDS.nginx], "what the rules keep away: HTTPS by name, each with one mistake, through the real Caddy", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await makeStage({});
    const { world, config } = stage;
    await startWebServers(stage, false);
    const at = (port: number, change: Mutation): CaddyServer =>
      mutate(config.apps.layer4.servers.web, (server) => {
        server.listen = [`:${port}`];
        change(server);
      });
    const servers = Object.entries(MUTATIONS).map(([port, change]) => [`web${port}`, at(Number(port), change)] as const);
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
