import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:net";
import { postgresChecks } from "../../lib/backends/prepare/postgres";
import { redisChecks } from "../../lib/backends/prepare/redis";
import { fromHere } from "../../lib/site/tunnel";
import { describeWith, pathOf, type Need } from "./programs";

const BIN = ["17", "16", "15"].map((version) => `/usr/lib/postgresql/${version}/bin`);
const server = (name: string, packageName: string): Need => ({ name, candidates: BIN.map((bin) => join(bin, name)), hint: `apt-get install ${packageName}`, optional: true });
const POSTGRES = server("postgres", "postgresql");
const INITDB = server("initdb", "postgresql");
const REDIS = server("redis-server", "redis-server");
const ROOT: Need = { name: "root", hint: "run as root", optional: true, met: () => process.getuid?.() === 0 };

const NOBODY = 65534;
const PORTS = { postgres: 54329, redis: 63799 };
const running: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), "tailwart-backends-"));
chmodSync(folder, 0o755);
afterAll(async () => {
  await Promise.all(running.map((one) => [one.kill("SIGINT"), once(one, "exit")][1]));
  rmSync(folder, { recursive: true, force: true });
});

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => socket.once("connect", () => resolve(true)).once("error", () => resolve(false)));
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on ${port}`);
}

describeWith([ROOT, POSTGRES, INITDB], "a real PostgreSQL", () => {
  const data = join(folder, "pg");
  const site = { host: "127.0.0.1", port: PORTS.postgres, database: "mail", user: "mail-role" };
  const admin = { user: "postgres", password: "the admin's" };
  const states = async (password: string, by?: typeof admin): Promise<string[]> => (await postgresChecks({ way: fromHere, site, password, admin: by })).map(({ state, tried }) => `${state} ${tried.split(" at ")[0]}`);

  beforeAll(async () => {
    const secret = join(folder, "admin");
    writeFileSync(secret, admin.password);
    chownSync(secret, NOBODY, NOBODY);
    chownSync(folder, NOBODY, NOBODY);
    const made = spawnSync(pathOf(INITDB), ["-D", data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${secret}`, "--no-sync"], { uid: NOBODY, gid: NOBODY, cwd: folder, encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
    running.push(spawn(pathOf(POSTGRES), ["-D", data, "-p", String(PORTS.postgres), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`], { uid: NOBODY, gid: NOBODY, stdio: "ignore" }));
    await listening(PORTS.postgres);
    for (let tries = 0; tries < 100; tries += 1) {
      const [{ fix = "" }] = await postgresChecks({ way: fromHere, site, password: "none yet" });
      if (!/try again/.test(fix)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  test("says what to do while nothing is there, and makes it once", async () => {
    expect(await states("first")).toEqual(["fail PostgreSQL login as mail-role to mail"]);
    const tried = ["ok PostgreSQL login as mail-role to mail", "ok PostgreSQL login with a wrong password"];
    expect(await states("first", admin)).toEqual(["made PostgreSQL role mail-role", "made PostgreSQL database mail", ...tried]);
    expect(await states("first", admin)).toEqual(["ok PostgreSQL role mail-role", "ok PostgreSQL database mail", ...tried]);
    expect(await states("second", admin)).toEqual(["made PostgreSQL role mail-role", "ok PostgreSQL database mail", ...tried]);
    expect(await states("second")).toEqual(tried);
  });

  test("fails with a wrong administrator, and shows no password", async () => {
    const found = await postgresChecks({ way: fromHere, site, password: "not this one", admin: { ...admin, password: "nor this" } });
    expect(found.map(({ state }) => state)).toEqual(["fail", "fail"]);
    expect(JSON.stringify(found)).not.toMatch(/not this one|nor this/);
  });
});

describeWith([REDIS], "a real Redis", () => {
  const site = { host: "127.0.0.1", port: PORTS.redis, database: 3 };
  beforeAll(async () => {
    running.push(spawn(pathOf(REDIS), ["--port", String(PORTS.redis), "--bind", "127.0.0.1", "--requirepass", "right", "--save", "", "--dir", folder], { stdio: "ignore" }));
    await listening(PORTS.redis);
  });

  test("takes the right password and refuses others", async () => {
    expect((await redisChecks({ way: fromHere, site, password: "right" })).map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(await redisChecks({ way: fromHere, site, password: "wrong" })).toMatchObject([{ state: "fail", fix: expect.stringContaining("STALWART_REDIS_PASSWORD") }]);
    expect(await redisChecks({ way: fromHere, site: { ...site, database: 99 }, password: "right" })).toMatchObject([{ state: "fail", fix: expect.stringContaining("STALWART_REDIS_DB") }]);
  });
});
