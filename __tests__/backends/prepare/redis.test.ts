import { redisChecks } from "../../../lib/backends/prepare/redis";
import { fromHere } from "../../../lib/site/tunnel";
import { redis } from "./servers";

const checks = async (auth: (password: string) => string, database = 0) =>
  redisChecks({ way: fromHere, site: { host: "127.0.0.1", port: await redis(auth), database }, password: "right" });

test("the right password is taken and a wrong one refused", async () => {
  const found = await checks((password) => (password === "right" ? "+OK" : "-WRONGPASS no"));
  expect(found.map(({ state }) => state)).toEqual(["ok", "ok"]);
  expect(found[0].from).toBe("this machine");
});

test("warns of a server that takes any password", async () => {
  expect((await checks(() => "+OK")).map(({ state }) => state)).toEqual(["ok", "warn"]);
});

test.each([
  ["a wrong password", () => "-WRONGPASS invalid username-password pair", 0, /requirepass/],
  ["a server without a password", () => "-ERR AUTH <password> called without any password configured for the default user", 0, /set requirepass/],
  ["a database that is not there", () => "+OK", 20, /STALWART_REDIS_DB/],
])("fails with %s", async (_, auth, database, fix) => {
  const [found] = await checks(auth, database);
  expect(found).toMatchObject({ state: "fail", fix: expect.stringMatching(fix) });
  expect(found.result).not.toMatch(/right/);
});

test("fails where nothing listens", async () => {
  const [found] = await redisChecks({ way: fromHere, site: { host: "127.0.0.1", port: 1, database: 0 }, password: "right" });
  expect(found).toMatchObject({ state: "fail", fix: expect.stringContaining("nothing listens there") });
});
