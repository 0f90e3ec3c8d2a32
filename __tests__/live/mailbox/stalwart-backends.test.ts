import { join } from "node:path";
import { sleep, until, type Running } from "../processes";
import { describeWith, NEEDS, pathOf, type Need } from "../programs";
import { CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";
import { singleton } from "./api";
import { differences } from "./settings";

const REDIS: Need = { name: "redis-server", hint: "apt-get install redis-server" };
const REDIS_CLI: Need = { name: "redis-cli", hint: "apt-get install redis-tools" };
const PORTS = { redis: 56_379, s3: 53_900 };
const PASSWORD = "redis-secret-1";
const OVERRIDES = {
  ...CLOSED_STALWART,
  ...{ STALWART_REDIS_HOST: "redis", STALWART_REDIS_PORT: String(PORTS.redis), STALWART_REDIS_DB: "2", STALWART_S3_ENDPOINT: `http://garage:${PORTS.s3}` },
};
const SECRETS = {
  "/run/secrets/stalwart_redis_password": PASSWORD,
  "/run/secrets/stalwart_s3_access_key": "GK0123456789abcdef01234567",
  "/run/secrets/stalwart_s3_secret_key": "s3-secret-0123456789",
};
/** An S3 that lets nobody in: it answers, and that is all that the start waits for. */
const FORBIDDING = `require("node:http").createServer((_, answer) => answer.writeHead(403).end()).listen(${PORTS.s3}, "127.0.0.1")`;

describeWith([...MAILBOX_NEEDS, REDIS, REDIS_CLI, NEEDS.stalwart], "Stalwart with Redis and S3", () => {
  let stage: MailboxStage;
  let redis: Running;

  const startRedis = async (): Promise<void> => {
    const { world, folder } = stage;
    const settings = { bind: "127.0.0.1", port: PORTS.redis, requirepass: PASSWORD, save: '""', dir: folder };
    redis = await world.mailbox.start(pathOf(REDIS), Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]), { log: join(folder, "redis.log") });
  };
  const said = (): string[] => stage.container.log().split("\n").filter((line) => line.startsWith("start: "));

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: SECRETS });
  });
  afterAll(() => stage?.world.close());

  test("waits for Redis, then for S3, each with a word", async () => {
    await stage.container.start();
    await until("a word about Redis", () => said().includes(`start: waiting for Redis (redis.tail0000.ts.net)`));
    await startRedis();
    await until("a word about S3", () => said().includes(`start: waiting for S3 (http://garage.tail0000.ts.net:${PORTS.s3})`));
    await stage.world.mailbox.start(process.execPath, ["-e", FORBIDDING], { log: join(stage.folder, "s3.log") });
    await stage.world.mailbox.untilListening(stage.ports, stage.container.running, 30_000);
    expect(said().at(-1)).toBe("start: plan applied");
  });

  test("takes both stores, keeps its short-lived data in the Redis database that was asked for, and reports nothing by hand", async () => {
    expect(await singleton(stage, "InMemoryStore")).toMatchObject({ "@type": "Redis" });
    expect(await singleton(stage, "BlobStore")).toMatchObject({ "@type": "S3", bucket: "stalwart-mail", region: { customRegion: "garage" } });
    const keys = async (database: number): Promise<number> =>
      Number(await stage.world.mailbox.must(pathOf(REDIS_CLI), ["-p", String(PORTS.redis), "-n", String(database), "dbsize"], { env: { REDISCLI_AUTH: PASSWORD } }));
    await until("keys", async () => (await keys(2)) > 0);
    expect(await keys(0)).toBe(0);
    expect(await differences(stage, OVERRIDES)).toEqual([]);
    await stage.container.down();
    await stage.container.up(stage.ports);
    expect(said()).toHaveLength(2);
  });

  test("a Redis that went away is unhealthy; once it is back the server starts again, so that nothing stays in the queue", async () => {
    expect(await stage.container.health()).toMatchObject({ code: 0 });
    await redis.stop();
    const { code } = await stage.container.health();
    expect(code).toBe(1);
    await sleep(3000);
    expect(stage.container.running.alive).toBe(true);
    await startRedis();
    const log = await stage.container.untilLeft();
    expect(log).toContain("start: Redis was away, and what came in meanwhile would stay in the queue; starting again");
    expect(log).toContain("start: the server ended, exit code 75");
    await stage.container.up(stage.ports);
  });

  test("a wrong password is not waited for", async () => {
    await stage.container.down();
    stage.container.write("/run/secrets/stalwart_redis_password", "another", 0o440);
    await stage.container.start();
    expect(await stage.container.untilLeft()).toMatch(/start: giving up: Redis \(redis\.tail0000\.ts\.net\): WRONGPASS .*\n$/);
  });

  test("no secret is in the log or in what is stored", () => {
    const texts = stage.container.log() + stage.container.read("/var/lib/stalwart/tailwart.state");
    for (const secret of stage.secrets) expect(texts).not.toContain(secret);
  });
});
