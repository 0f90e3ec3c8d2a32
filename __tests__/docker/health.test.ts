import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { assetPath } from "../../lib/asset";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Runs a health script with doubles of the programs that it asks: each by its name and the lines that it consists of. */
function check(script: string, args: readonly string[], programs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-health-"));
  folders.push(folder);
  for (const [name, lines] of Object.entries(programs)) writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  // As in a container: in one folder.
  for (const one of [script, "mailbox/common.sh"]) copyFileSync(assetPath(one), join(folder, basename(one)));
  const { status, stdout } = spawnSync("sh", [join(folder, basename(script)), ...args], { encoding: "utf8", env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, ...environment } });
  return { status, said: stdout.trim() };
}

describe("the sidecar's health", () => {
  const status = (state: string): string => `echo '{\n  "BackendState": "${state}",\n  "Self": {}\n}'`;
  const UP = { tailscale: status("Running"), wget: "exit 0", nc: "exit 0" };
  const only = (part: string): string => `case "$*" in *${part}*) exit 1 ;; esac`;
  test.each<[what: string, programs: object, said: string | RegExp]>([
    ["all is well", {}, ""],
    ["tailscaled hangs", { tailscale: "exec sleep 20" }, /^tailscaled does not answer/],
    ["tailscaled is not there", { tailscale: "echo 'failed to connect to local tailscaled' >&2; exit 1" }, "tailscaled does not answer: failed to connect to local tailscaled"],
    ["the control server is away", { tailscale: status("NoState"), wget: "exit 1" }, "waiting: the control server (https://headscale.one.test); tailscaled is NoState"],
    ["the node is logged out", { tailscale: status("NeedsLogin") }, "tailscaled is NeedsLogin, and the control server answers"],
    ["containerboot hangs", { wget: only("healthz") }, "tailscaled is up, and containerboot does not say so"],
    ["a backend is away", { nc: only("5432") }, "waiting: db.tail0000.ts.net:5432"],
  ])("%s", (_, programs, said) => {
    const args = ["http://127.0.0.1:41234/healthz", "redis.tail0000.ts.net:6379", "db.tail0000.ts.net:5432"];
    const seen = check("docker/sidecar-health.sh", args, { ...UP, ...programs }, { LOGIN_SERVER: "https://headscale.one.test" });
    expect(seen).toEqual({ status: said === "" ? 0 : 1, said: typeof said === "string" ? said : expect.stringMatching(said) });
  }, 15_000);
});

describe("PostgreSQL's health", () => {
  test.each([
    ["takes connections", 0, ""],
    ["recovers, which a restart would begin again", 1, "waiting: its own recovery or start, it refuses connections"],
    ["hangs or is not there", 2, "no answer on 127.0.0.1:5432"],
  ])("%s", (_, code, said) =>
    expect(check("backends/postgres/postgres-health.sh", ["127.0.0.1", "5432", "stalwart", "stalwart"], { pg_isready: `exit ${code}` })).toEqual({ status: said === "" ? 0 : 1, said }));
});

describe.each(["stalwart", "maddy"])("the mail server's health (%s)", (server) => {
  const stalwart = server === "stalwart";
  const environment = { EDGES: "edge.test", SMTP_PORT: "25", ADMIN_PORT: "8080", DB_HOST: "db.test", DB_PORT: "5432", DOMAIN: "one.test", ...(stalwart ? { REDIS_HOST: "redis.test", REDIS_PORT: "6379", S3_URL: "http://s3.test" } : {}) };
  /** What answers at a place; curl is in Stalwart's image, and only nc in maddy's. */
  const answers = ({ smtp = "220 mail ESMTP", postgres = "N", redis = "+OK\\n+PONG\\nrun_id:1", code = "401", s3 = "0" }: Readonly<Record<string, string>>): Record<string, string> => {
    const places = `*127.0.0.1*25*) printf '${smtp}\\n' ;; *db.test*) printf '${postgres}' ;; *redis.test*) printf '%b\\n' '${redis}' ;;`;
    return { curl: `case "$*" in ${places} */jmap/session*) printf '${code}' ;; *s3.test*) exit ${s3} ;; esac`, nc: `case "$*" in ${places} esac` };
  };
  const cases: [what: string, given: Readonly<Record<string, string>>, said: string][] = [
    ["all is well", {}, ""],
    ["it hangs", { smtp: "" }, "no greeting on port 25"],
    ["PostgreSQL is away", { smtp: "", code: "000", postgres: "" }, "waiting: PostgreSQL (db.test:5432)"],
    ["PostgreSQL recovers", { smtp: "", postgres: "ESFATALC57P03Mthe database system is starting up" }, "waiting: PostgreSQL (db.test:5432): it takes no connections yet"],
    ...(stalwart
      ? ([
          ["a login gets nothing, PostgreSQL away", { code: "500", postgres: "" }, "waiting: PostgreSQL (db.test:5432)"],
          ["a login gets nothing, all backends there", { code: "500" }, "the data store answers, and the server gets nothing from it (HTTP 500 for an unknown user)"],
          ["Redis is away", { redis: "" }, "waiting: Redis (redis.test)"],
          ["Redis refuses", { redis: "-WRONGPASS no" }, "waiting: Redis (redis.test): WRONGPASS no"],
          ["Redis hangs, and the login for it", { redis: "", code: "000" }, "waiting: Redis (redis.test)"],
          ["S3 is away", { s3: "7" }, "waiting: S3 (http://s3.test)"],
        ] as [string, Readonly<Record<string, string>>, string][])
      : ([["PostgreSQL is away, and it greets", { postgres: "" }, "waiting: PostgreSQL (db.test:5432)"]] as [string, Readonly<Record<string, string>>, string][])),
  ];
  const secrets = mkdtempSync(join(tmpdir(), "tailwart-secrets-"));
  folders.push(secrets);
  writeFileSync(join(secrets, "stalwart_redis_password"), "password\n");

  test.each(cases)("%s", (_, given, said) => {
    const seen = check(`mailbox/${server}/health.sh`, [], answers(given), { ...environment, SECRETS: secrets, STEP: join(secrets, "none") });
    expect(seen).toEqual({ status: said === "" ? 0 : 1, said });
  });

  test("the start script is still at work", () => {
    writeFileSync(join(secrets, "step"), "PostgreSQL (db.test:5432)\n");
    const seen = check(`mailbox/${server}/health.sh`, [], answers({ smtp: "" }), { ...environment, SECRETS: secrets, STEP: join(secrets, "step") });
    expect(seen).toEqual({ status: 1, said: "waiting: PostgreSQL (db.test:5432), at the start" });
  });
});
