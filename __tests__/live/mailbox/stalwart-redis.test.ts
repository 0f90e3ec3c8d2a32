import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { redisConfig } from "../../../lib/backends/redis/config";
import { startCaddy } from "../caddy";
import { curl } from "../clients";
import { HOST } from "../edge/stage";
import { run, until, type Result, type Running } from "../processes";
import { describeWith, NEEDS, pathOf, type Need } from "../programs";
import { ADDRESSES } from "../world";
import { singleton } from "./api";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./stage";
import { session } from "./talk";

const REDIS: Need = { name: "redis-server", hint: "apt-get install redis-server" };
const REDIS_CLI: Need = { name: "redis-cli", hint: "apt-get install redis-tools" };
const PORT = 56_380;
const PASSWORD = "embedded-redis-secret-1";
const SCRIPTS = join(__dirname, "../../../lib/backends/redis");
const OVERRIDES = { ...CLOSED_STALWART, STALWART_REDIS_HOST: "redis", STALWART_REDIS_PORT: String(PORT) };

describeWith([...MAILBOX_NEEDS, REDIS, REDIS_CLI, NEEDS.stalwart], "Stalwart with the Redis that runs beside it", () => {
  let stage: MailboxStage;
  let redis: Running;
  let folder: string;

  const places = () => ({ SECRETS: folder, CONFIG: join(folder, "redis.conf") });
  const startRedis = async (): Promise<void> => {
    redis = await stage.world.mailbox.start("sh", [join(SCRIPTS, "redis.sh")], { log: join(folder, "redis.log"), env: places(), cwd: folder });
  };
  const health = (secrets = folder): Promise<Result> => stage.world.mailbox.run("sh", [join(SCRIPTS, "redis-health.sh"), "127.0.0.1", String(PORT)], { env: { SECRETS: secrets } });
  const cli = (...words: string[]): Promise<string> => stage.world.mailbox.must(pathOf(REDIS_CLI), ["-p", String(PORT), ...words], { env: { REDISCLI_AUTH: PASSWORD } });
  const inbox = async (): Promise<string> => {
    const args = ["--user", `${ADMIN.address}:${ADMIN.password}`, "-X", "STATUS INBOX (MESSAGES)"];
    return (await curl(stage.world, { url: `imaps://${HOST}:993/`, edge: ADDRESSES.edge4, trust: stage.certificate.cert, args })).text;
  };
  const count = async (): Promise<number> => Number(/MESSAGES (\d+)/.exec(await inbox())?.[1]);
  const deliver = () => session(stage.world, stage.wire, "smtp", { edge: ADDRESSES.edge4, trust: stage.certificate.cert, host: HOST, user: ADMIN });

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES, { secrets: { "/run/secrets/stalwart_redis_password": PASSWORD } });
    folder = join(stage.folder, "redis");
    mkdirSync(folder);
    writeFileSync(join(folder, "stalwart_redis_password"), PASSWORD);
    writeFileSync(join(folder, "redis.conf"), redisConfig({ host: "127.0.0.1", port: PORT, database: 0 }).replace(/^dir .*$/m, `dir ${folder}`).replace(/^maxmemory .*mb$/m, "maxmemory 8mb"));
    await startRedis();
    // With so long between two looks it cannot see Redis away, only that it is another one.
    await stage.container.up(stage.ports, { EVERY: "5" });
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  test("mail comes in and is read, and locks and counters are in Redis", async () => {
    expect(await singleton(stage, "InMemoryStore")).toMatchObject({ "@type": "Redis" });
    await deliver();
    await until("the message", async () => (await count()) === 1);
    expect(Number(await cli("dbsize"))).toBeGreaterThan(0);
  });

  test("Redis asks for its password, and shows it nowhere", async () => {
    expect(await stage.world.mailbox.must(pathOf(REDIS_CLI), ["-p", String(PORT), "ping"])).toContain("NOAUTH");
    for (const file of ["cmdline", "environ"]) expect(readFileSync(`/proc/${redis.pid}/${file}`, "utf8")).not.toContain(PASSWORD);
    expect(redis.output()).not.toContain(PASSWORD);
  });

  test("its health is good, and bad with another password", async () => {
    expect(await health()).toMatchObject({ code: 0, stdout: "" });
    writeFileSync(join(stage.folder, "stalwart_redis_password"), "another");
    expect(await health(stage.folder)).toMatchObject({ code: 1, stdout: expect.stringContaining("NOAUTH") as string });
  });

  test("full, it keeps every lock, and its health says so", async () => {
    await cli("set", "a-lock", "held", "ex", "600");
    const script = "for i=1,100000 do if redis.pcall('set','flood:'..i,string.rep('x',200),'ex',86400)['err'] then return i end end return 0";
    await cli("eval", script, "0");
    const filler = async (): Promise<boolean> => (await cli("set", `more:${Math.random()}`, "x".repeat(1000), "ex", "600")).includes("OOM");
    await until("a full Redis", filler);
    expect(await cli("get", "a-lock")).toContain("held");
    expect(await health()).toMatchObject({ code: 1, stdout: expect.stringContaining("OOM") as string });
    await cli("flushall");
    expect(await health()).toMatchObject({ code: 0 });
  });

  test("killed and back at once, it is noticed, and what came in between is delivered", async () => {
    const before = await count();
    await redis.stop("SIGKILL");
    await startRedis();
    await deliver();
    const log = await stage.container.untilLeft();
    expect(log).toContain("start: Redis was away, and what came in meanwhile would stay in the queue; starting again");
    await stage.container.up(stage.ports, { EVERY: "5" });
    await until("the message", async () => (await count()) === before + 1);
  });

  test("a Redis without a program in its image gives up with a line", async () => {
    const { code, stderr } = await run("env", ["-i", "PATH=/nowhere", "/bin/sh", join(SCRIPTS, "redis.sh")]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "start: giving up: neither valkey-server nor redis-server is in this image; look at REDIS_IMAGE\n" });
  });
});
