import { randomBytes } from "node:crypto";
import type { PostgresSite } from "../../config";
import { identifier, literalText, Postgres, PostgresError, SQLSTATE, type Login } from "../postgres/client";
import { scramVerifier } from "../postgres/scram";
import type { Way } from "../../site/tunnel";
import { reachFix, reasonOf, type Check } from "./check";

export interface PostgresJob {
  readonly way: Way;
  readonly site: PostgresSite;
  /** the mail server's role's */
  readonly password: string;
  /** makes what is not there @default nothing is made, the commands are shown */
  readonly admin?: { readonly user: string; readonly password: string };
}

const TRIAL = "tailwart_trial";
/** What the admin's own login may miss: PostgreSQL says the same of a wrong password and of no such role. */
const LACKING: readonly string[] = Object.values(SQLSTATE);

const FIXES: readonly (readonly [RegExp, (site: PostgresSite) => string])[] = [
  [/pg_hba/, ({ database, user }) => `let it in: a line in pg_hba.conf, host ${database} ${user} 100.64.0.0/10 scram-sha-256`],
  [/permission denied for schema/, ({ database, user }) => `let the role own the database: ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(user)};`],
  [/starting up|shutting down|recovery mode/, () => "try again in a moment"],
];

const createDatabase = ({ database, user }: PostgresSite): string => `CREATE DATABASE ${identifier(database)} OWNER ${identifier(user)} ENCODING 'UTF8' TEMPLATE template0;`;
const closeDatabase = ({ database }: PostgresSite): string => `REVOKE CONNECT, TEMPORARY ON DATABASE ${identifier(database)} FROM PUBLIC;`;

/** The commands that prepare a database by hand; the password is asked for and stands in none. */
export const postgresCommands = (site: PostgresSite): string[] => [
  `psql -h ${site.host} -p ${site.port} -U postgres postgres`,
  `CREATE ROLE ${identifier(site.user)} LOGIN;`,
  `\\password ${identifier(site.user)}    (type the value of STALWART_DB_PASSWORD)`,
  createDatabase(site),
  closeDatabase(site),
];

/** Makes role and database where they are not there; never touches a database that belongs to somebody else. */
async function prepared({ way, site, password, admin }: PostgresJob & { readonly admin: NonNullable<PostgresJob["admin"]> }, passwordFits: boolean): Promise<Check[]> {
  const { host, port, user, database } = site;
  const made: Check[] = [];
  const say = (state: Check["state"], tried: string, result: string, fix?: string): number => made.push({ state, tried: `PostgreSQL ${tried} at ${host}:${port} as ${admin.user}`, from: way.from, result, fix });
  let postgres: Postgres | undefined;
  try {
    postgres = await Postgres.connect(way.open(host, port), { ...admin, database: "postgres" });
    const [role] = await postgres.query(`SELECT rolsuper FROM pg_roles WHERE rolname = ${literalText(user)}`);
    const verifier = literalText(scramVerifier(password));
    if (role === undefined) {
      await postgres.query(`CREATE ROLE ${identifier(user)} LOGIN PASSWORD ${verifier}`);
      say("made", `role ${user}`, "it was not there, and is now, with STALWART_DB_PASSWORD");
    } else if (role[0] === "t") say("warn", `role ${user}`, "it is a superuser, on a server that others share", `take that away: ALTER ROLE ${identifier(user)} NOSUPERUSER;`);
    else if (!passwordFits) {
      await postgres.query(`ALTER ROLE ${identifier(user)} LOGIN PASSWORD ${verifier}`);
      say("made", `role ${user}`, "it had another password, and has STALWART_DB_PASSWORD now");
    } else say("ok", `role ${user}`, "it is there");

    const [found] = await postgres.query(`SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = ${literalText(database)}`);
    if (found === undefined) {
      for (const sql of [createDatabase(site), closeDatabase(site)]) await postgres.query(sql);
      say("made", `database ${database}`, `it was not there, and is now, owned by ${user}`);
    } else if (found[0] !== user) say("fail", `database ${database}`, `it belongs to ${found[0]}`, `choose another STALWART_DB_NAME, or hand it over: ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(user)};`);
    else if (found[1] === "UTF8") say("ok", `database ${database}`, `it is there and belongs to ${user}`);
  } catch (error) {
    say("fail", "administration", reasonOf(error), error instanceof PostgresError ? "look at DB_ADMIN_USER and DB_ADMIN_PASSWORD, and at what that role may do" : reachFix(reasonOf(error), host));
  } finally {
    postgres?.close();
  }
  return made;
}

/** Logs in as the mail server does and looks whether it can work there. */
async function login({ way, site, password }: PostgresJob): Promise<{ readonly check: Check; /** SQLSTATE of what an administrator could mend */ readonly lacking?: string }> {
  const { host, port, user, database } = site;
  const line = { tried: `PostgreSQL login as ${user} to ${database} at ${host}:${port}`, from: way.from };
  try {
    const postgres = await Postgres.connect(way.open(host, port), { user, database, password });
    try {
      const [[version, encoding]] = await postgres.query("SELECT current_setting('server_version'), current_setting('server_encoding')");
      if (encoding !== "UTF8") return { check: { ...line, state: "fail", result: `the database's encoding is ${encoding}`, fix: "the mail server needs UTF8; make the database anew", commands: [`DROP DATABASE ${identifier(database)};    (it loses all that is in it)`, createDatabase(site)] } };
      await postgres.query(`BEGIN; CREATE TABLE ${TRIAL} (one int); ROLLBACK`);
      const asked = postgres.asked === "nothing" ? "no password was asked for" : postgres.asked;
      return { check: { ...line, state: "ok", result: `PostgreSQL ${version}, ${encoding}, may make tables (${asked})` } };
    } finally {
      postgres.close();
    }
  } catch (error) {
    const result = reasonOf(error);
    if (!(error instanceof PostgresError)) return { check: { ...line, state: "fail", result, fix: reachFix(result, host) } };
    const lacking = LACKING.includes(error.code) ? error.code : undefined;
    const known = FIXES.find(([sign]) => sign.test(result))?.[1](site);
    const fix = known ?? (lacking ? "make what is not there, or set DB_ADMIN_PASSWORD" : undefined);
    return { lacking, check: { ...line, state: "fail", result, fix, commands: lacking && known === undefined ? postgresCommands(site) : undefined } };
  }
}

/** A wrong password has to be refused where the right one is asked for, else every other test of it is worth nothing. */
async function wrongPassword({ way, site }: PostgresJob): Promise<Check> {
  const { host, port, user, database } = site;
  const line = { tried: `PostgreSQL login with a wrong password at ${host}:${port}`, from: way.from };
  const wrong: Login = { user, database, password: randomBytes(12).toString("hex") };
  try {
    (await Postgres.connect(way.open(host, port), wrong)).close();
    return { ...line, state: "warn", result: "it was let in: the server trusts whoever connects from here", fix: "write scram-sha-256 instead of trust in its pg_hba.conf and reload it" };
  } catch (error) {
    if (error instanceof PostgresError) return { ...line, state: "ok", result: "refused, as it should be" };
    return { ...line, state: "fail", result: reasonOf(error), fix: reachFix(reasonOf(error), host) };
  }
}

/** Prepares, when somebody gave an administrator, and tries the credential as the mail server will use it. */
export async function postgresChecks(job: PostgresJob): Promise<Check[]> {
  const first = await login(job);
  const works = first.check.state === "ok";
  const reached = works || first.lacking !== undefined;
  const made = job.admin && reached ? await prepared({ ...job, admin: job.admin }, works || first.lacking === SQLSTATE.noDatabase) : [];
  const last = made.some(({ state }) => state === "made") ? await login(job) : first;
  return [...made, last.check, ...(last.check.state === "ok" ? [await wrongPassword(job)] : [])];
}
