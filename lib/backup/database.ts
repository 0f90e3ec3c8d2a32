import type { Deployment } from "../config";
import { identifier, literalText } from "../backends/postgres/client";
import { secretPath } from "../docker/secret-file";
import type { Engine } from "../site/engine";
import { lastLine } from "../site/run";
import { dockerBetween, type Ends } from "./docker";

const CONTAINER = "tailwart-postgres";
/** Of pg_restore's script, COPY with its columns' names and then a line for each row, only the values of `column`. */
const COLUMN = '/^COPY .* FROM stdin;$/ { sub(/^[^(]*[(]/, ""); sub(/[)].*/, ""); n = split($0, names, ", "); for (i = 1; i <= n; i++) if (names[i] == column) at = i; next } $0 == "\\\\." { at = 0 } at && $at != "\\\\N" { print $at }';

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

  /** Rows of these tables together; undefined when the database has others. */
  async rows(tables: readonly string[]): Promise<number | undefined> {
    const there = await this.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
    if (there.length === 0) return 0;
    if (!tables.every((table) => there.includes(table))) return undefined;
    return Number((await this.query(`SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ")}`))[0]);
  }

  /** One consistent state, in PostgreSQL's custom format. */
  async dump(file: string): Promise<void> {
    await this.run(["pg_dump", "-Fc", "-d", this.name], { to: file });
  }

  /** Reads a dump to its end without using it. */
  async check(file: string): Promise<void> {
    await this.run(["pg_restore", "-f", "/dev/null"], { from: file });
  }

  /** What a dump holds in one column of a table, nulls aside. */
  async columnOf(file: string, table: string, column: string): Promise<string[]> {
    const said = await this.run(["sh", "-c", `pg_restore -a -t ${table} -f - | awk -F '\\t' '${COLUMN}' column=${column}`], { from: file });
    return said.split("\n").filter((line) => line !== "");
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

  private run(command: readonly string[], ends: Ends): Promise<string> {
    return dockerBetween(this.engine.host, ["exec", "-i", CONTAINER, "sh", "-c", this.preamble, "sh", ...command], ends, this.environment).catch((error: Error) => {
      throw new Error(`${command[0]}: ${error.message}`);
    });
  }
}
