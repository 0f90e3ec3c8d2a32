import type { Deployment } from "../config";
import { identifier, literalText } from "../backends/postgres/client";
import { secretPath } from "../docker/secret-file";
import type { Engine } from "../site/engine";
import { lastLine } from "../site/run";
import { execBetween, type Ends } from "./docker";

/**
 * Stalwart's tables (crates/store, SUBSPACE_…) that a fresh server leaves empty: links from messages and files to their
 * blobs, the queue, indexed events and contacts. Mailboxes count for nothing: the first login makes them.
 */
const KEPT_TABLES = ["k", "e", "s_cal", "s_card"];
const CONTAINER = "tailwart-postgres";

/** The embedded PostgreSQL, through the programs in its own container: they are of its version, and its password is there. */
export class Database {
  private readonly preamble: string;
  private readonly name: string;

  constructor(
    private readonly engine: Engine,
    { backends: { postgres } }: Deployment,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.name = postgres.database;
    this.preamble = `PGPASSWORD=$(cat ${secretPath("STALWART_DB_PASSWORD")}); export PGPASSWORD PGHOST=${postgres.host} PGPORT=${postgres.port} PGUSER=${postgres.user}; exec "$@"`;
  }

  /** Rows as lines, columns with | between. */
  async query(sql: string, database = this.name): Promise<string[]> {
    const { status, stdout, stderr } = await this.engine.exec(CONTAINER, ["sh", "-c", this.preamble, "sh", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"], { input: sql, seconds: 600 });
    if (status !== 0) throw new Error(`PostgreSQL: ${lastLine(stderr) || `psql ended with exit code ${status}`}`);
    return stdout.split("\n").filter((line) => line !== "");
  }

  async version(): Promise<string> {
    return (await this.query("SHOW server_version"))[0];
  }

  /** How much is there of what people would miss, in rows of {@link KEPT_TABLES}; undefined: it cannot be told. */
  async mailRows(): Promise<number | undefined> {
    const tables = await this.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
    if (tables.length === 0) return 0;
    if (!KEPT_TABLES.every((table) => tables.includes(table))) return undefined;
    return Number((await this.query(`SELECT ${KEPT_TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ")}`))[0]);
  }

  /** One consistent state, in PostgreSQL's custom format. */
  dump(file: string): Promise<void> {
    return this.run(["pg_dump", "-Fc", "-d", this.name], { to: file });
  }

  /** Reads a dump to its end without using it. */
  check(file: string): Promise<void> {
    return this.run(["pg_restore", "-f", "/dev/null"], { from: file });
  }

  /** Puts a dump in the place of what is there. Until it is whole nothing changes: it is restored beside, and the names are exchanged. */
  async restore(file: string): Promise<void> {
    const [fresh, old] = [`${this.name}_restored`, `${this.name}_before`];
    for (const leftover of [fresh, old]) await this.query(`DROP DATABASE IF EXISTS ${identifier(leftover)} WITH (FORCE)`, "postgres");
    await this.query(`CREATE DATABASE ${identifier(fresh)} ENCODING 'UTF8' TEMPLATE template0`, "postgres");
    await this.run(["pg_restore", "--no-owner", "--exit-on-error", "-d", fresh], { from: file });
    const exchange = [`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${[this.name, fresh].map(literalText).join(", ")})`, "BEGIN", ...[[this.name, old], [fresh, this.name]].map(([from, to]) => `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`), "COMMIT"];
    await this.query(exchange.map((sql) => `${sql};`).join("\n"), "postgres");
    await this.query(`DROP DATABASE ${identifier(old)} WITH (FORCE)`, "postgres");
  }

  private async run(command: readonly string[], ends: Ends): Promise<void> {
    await execBetween(this.engine.host, [CONTAINER, "sh", "-c", this.preamble, "sh", ...command], ends, this.environment).catch((error: Error) => {
      throw new Error(`${command[0]}: ${error.message}`);
    });
  }
}
