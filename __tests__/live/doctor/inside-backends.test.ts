import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { backendTrust } from "../../../lib/doctor/checks/backend-trust";
import { databasePassword } from "../../../lib/doctor/checks/database-password";
import { gate } from "../../../lib/doctor/checks/gate";
import type { Ground } from "../../../lib/doctor/ground";
import { deployment } from "../../deployment";
import { Resolver } from "../dns";
import { Postgres, POSTGRES_NEEDS } from "../mailbox/postgres";
import { must, until, type Running } from "../processes";
import { describeWith, NEEDS, pathOf, type Need } from "../programs";
import { makeWorld, type World } from "../world";
import { Engine, NC, outcomeOf, WELL } from "./inside";

const REDIS: Need = { name: "redis-server", hint: "apt-get install redis-server" };
const PORTS = { postgres: 54_329, redis: 56_379, s3: 53_900 };
const OVERRIDES = { BACKENDS: "external", STALWART_DB_HOST: "postgres", STALWART_DB_PORT: String(PORTS.postgres), STALWART_REDIS_HOST: "redis", STALWART_REDIS_PORT: String(PORTS.redis), STALWART_REDIS_DB: "2" };
const SECRETS = { STALWART_DB_PASSWORD: "database-secret-1", STALWART_REDIS_PASSWORD: "redis-secret-1" };
const SIDECAR = "tailwart-stalwart-sidecar";

describeWith([NEEDS.namespaces, NEEDS.ip, NEEDS.ss, NEEDS.dnsmasq, ...Object.values(POSTGRES_NEEDS), REDIS, NC], "the doctor on real backends", () => {
  let world: World;
  let engine: Engine;
  let postgres: Postgres;
  let redis: Running;
  const ground = (): Ground => engine.ground(deployment(OVERRIDES), SECRETS);

  const startRedis = async (password: string): Promise<void> => {
    const settings = { bind: "127.0.0.1", port: String(PORTS.redis), requirepass: password, save: '""', "protected-mode": "no", dir: world.folder };
    redis = await world.mailbox.start(pathOf(REDIS), Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]), { log: join(world.folder, "redis.log") });
    await world.mailbox.untilListening([PORTS.redis], redis);
  };
  /** The first lines count: what comes first decides. */
  const hba = async (line?: string): Promise<void> => {
    const file = join(world.folder, "postgres", "pg_hba.conf");
    await must("sed", ["-i", line === undefined ? "/doctor/d" : `1i ${line} # doctor`, file]);
    await postgres.query("postgres", "select pg_reload_conf()");
    await until("the reload", async () => (await postgres.query("postgres", "select count(*) from pg_hba_file_rules where auth_method = 'trust' and type = 'host'")).trim() === (line === undefined ? "0" : "1"));
    await new Promise((resolve) => setTimeout(resolve, 300));
  };

  beforeAll(async () => {
    world = await makeWorld();
    postgres = await Postgres.make(world.mailbox, { folder: world.folder, port: PORTS.postgres, user: "stalwart", password: SECRETS.STALWART_DB_PASSWORD });
    await startRedis(SECRETS.STALWART_REDIS_PASSWORD);
    await Resolver.start(world.mailbox, world.folder, { "postgres.tail0000.ts.net": ["127.0.0.1"], "redis.tail0000.ts.net": ["127.0.0.1"] });
    const folder = join(world.folder, "engine");
    mkdirSync(folder);
    engine = new Engine(folder);
    engine.place(SIDECAR, ["ip", "netns", "exec", world.mailbox.name]);
  });
  afterAll(async () => {
    await postgres?.stop();
    await redis?.stop();
    await world?.close();
  });

  test.each([["database-password", databasePassword], ["backend-trust", backendTrust]] as const)("%s is silent where nothing is wrong", async (_, check) => expect(await outcomeOf(check, ground())).toEqual(WELL));

  test("a password that was changed in PostgreSQL only", async () => {
    await postgres.query("postgres", "alter role stalwart password 'another-one'");
    expect(await outcomeOf(databasePassword, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^PostgreSQL login as stalwart .*password authentication failed/) as string });
    await postgres.query("postgres", `alter role stalwart password '${SECRETS.STALWART_DB_PASSWORD}'`);
    expect(await outcomeOf(databasePassword, ground())).toEqual(WELL);
  });
  test("loopback that trusts anyone: the password seems right, and a wrong one is as good", async () => {
    await hba("host all all 127.0.0.1/32 trust");
    expect(await outcomeOf(databasePassword, ground())).toEqual(WELL);
    expect(await outcomeOf(backendTrust, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^PostgreSQL login with a wrong password .*it was let in/) as string });
    await hba();
    expect(await outcomeOf(backendTrust, ground())).toEqual(WELL);
  });
  test("a Redis without a password, and one with another", async () => {
    await redis.stop();
    await startRedis("");
    expect(await outcomeOf(databasePassword, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^Redis AUTH/) as string });
    await redis.stop();
    await startRedis("another-one");
    expect(await outcomeOf(databasePassword, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/WRONGPASS/) as string });
  });
  test("a backend that does not answer now", async () => {
    await redis.stop();
    expect((await outcomeOf({ ...gate, run: (place) => gate.run(place) }, ground())).state).toBe("unknown");
    engine.health(SIDECAR, ["CMD", "/bin/sh", "/opt/tailwart/sidecar-health.sh", "u", `postgres.tail0000.ts.net:${PORTS.postgres}`, `redis.tail0000.ts.net:${PORTS.redis}`]);
    engine.log("tailwart-stalwart-stalwart", engine.script("words", "start: edges: edge.tail0000.ts.net 100.64.0.1\nstart: plan applied"));
    expect(await outcomeOf(gate, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^redis redis\.tail0000\.ts\.net:56379: does not answer/) as string });
    await startRedis(SECRETS.STALWART_REDIS_PASSWORD);
    expect(await outcomeOf(gate, ground())).toEqual(WELL);
  });
});
