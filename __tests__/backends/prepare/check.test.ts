import { checkLines, reachFix, reasonOf } from "../../../lib/backends/prepare/check";
import { postgresCommands } from "../../../lib/backends/prepare/postgres";
import { garageCommands } from "../../../lib/backends/prepare/s3";
import { deployment, LARGE } from "../../deployment";

test("one line says what, from where, result and fix; commands follow", () => {
  expect(checkLines({ state: "fail", tried: "Redis PING", from: "the mailbox's namespace", result: "refused", fix: "start it", commands: ["a"] })).toEqual([
    "fail  Redis PING, from the mailbox's namespace: refused; start it",
    "        a",
  ]);
});

test.each([
  ["connect ECONNREFUSED 100.64.0.9", /listens/],
  ["nc: bad address 'postgres.tail0000.ts.net'", /MagicDNS/],
  ["no answer within 10 s", /policy/],
])("%s has a meaning", (message, meaning) => expect(reachFix(message, "postgres.tail0000.ts.net")).toMatch(meaning));

test("commands name what the deployment names, and no secret", () => {
  const { postgres, s3 } = deployment({ ...LARGE, STALWART_DB_NAME: "mail-db", STALWART_DB_USER: "mail-role", STALWART_S3_BUCKET: "mail-bucket" }).backends;
  expect(postgresCommands(postgres)).toContain(`CREATE DATABASE "mail-db" OWNER "mail-role" ENCODING 'UTF8' TEMPLATE template0;`);
  expect(postgresCommands(postgres)[0]).toBe("psql -h postgres.tail0000.ts.net -p 5432 -U postgres postgres");
  if (s3 === undefined) throw new Error("no S3");
  expect(garageCommands(s3)).toContain('garage bucket allow --read --write mail-bucket --key "$STALWART_S3_ACCESS_KEY"');
});

test("an administrator is known only where its secret is given", () => {
  expect(deployment(LARGE).backends.admin).toEqual({});
  const given = deployment({ ...LARGE, DB_ADMIN_PASSWORD: "x", GARAGE_ADMIN_TOKEN: "y" });
  expect(given.backends.admin).toEqual({ postgresUser: "postgres", garagePort: 3903 });
  expect(given.missing.join()).not.toMatch(/ADMIN_(TOKEN|USER)|DB_ADMIN/);
  const embedded = deployment({ DB_ADMIN_PASSWORD: "x", DB_ADMIN_USER: "root" });
  expect(embedded.backends.admin).toEqual({});
  expect(embedded.warnings.join("\n")).toMatch(/DB_ADMIN_USER is set and does nothing[^]*DB_ADMIN_PASSWORD is set and does nothing/);
});

test("what a server says is shown without the secret that it repeats", () => {
  expect(reasonOf(new Error("No such key:\n GK77"), "GK77")).toBe("No such key: (not shown)");
});
