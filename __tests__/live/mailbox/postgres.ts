import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { must, until, type Running } from "../processes";
import { pathOf, type Need } from "../programs";
import type { Namespace } from "../world";

const VERSIONS = "/usr/lib/postgresql";
const installed = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
const need = (name: string): Need => ({ name, candidates: installed.map((version) => join(VERSIONS, version, "bin", name)), hint: "apt-get install postgresql" });
export const POSTGRES_NEEDS = { postgres: need("postgres"), initdb: need("initdb"), psql: need("psql"), setpriv: { name: "setpriv", hint: "apt-get install util-linux" } };

export interface PostgresProps {
  readonly folder: string;
  readonly port: number;
  /** role, and database of that name */
  readonly user: string;
  readonly password: string;
}

/** A PostgreSQL on loopback that asks for its password, as the embedded one does. */
export class Postgres {
  private running?: Running;

  private constructor(
    private readonly namespace: Namespace,
    private readonly props: PostgresProps,
    private readonly data: string,
    private readonly ids: readonly string[],
  ) {}

  static async make(namespace: Namespace, props: PostgresProps): Promise<Postgres> {
    const [uid, gid] = [await must("id", ["-u", "postgres"]), await must("id", ["-g", "postgres"])].map((text) => text.trim());
    const data = join(props.folder, "postgres");
    mkdirSync(data, { recursive: true, mode: 0o700 });
    chownSync(data, Number(uid), Number(gid));
    const postgres = new Postgres(namespace, props, data, [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"]);
    await must(pathOf(POSTGRES_NEEDS.setpriv), [...postgres.ids, pathOf(POSTGRES_NEEDS.initdb), "-D", data, "-U", "postgres", "--auth-host=scram-sha-256", "--auth-local=trust", "--no-sync"], { cwd: "/" });
    await postgres.start();
    const { user, password } = props;
    await postgres.query("postgres", `create role "${user}" login password '${password}'`);
    await postgres.query("postgres", `create database "${user}" owner "${user}"`);
    return postgres;
  }

  async start(): Promise<void> {
    const { folder, port } = this.props;
    this.running = await this.namespace.start(
      pathOf(POSTGRES_NEEDS.setpriv),
      [...this.ids, pathOf(POSTGRES_NEEDS.postgres), "-D", this.data, "-c", "listen_addresses=127.0.0.1", "-c", `port=${port}`, "-c", `unix_socket_directories=${this.data}`, "-c", "fsync=off", "-c", "dynamic_shared_memory_type=mmap"],
      { log: join(folder, "postgres.log"), cwd: "/" },
    );
    await until("PostgreSQL", async () => (await this.query("postgres", "select 1").catch(() => "")).trim() === "1");
  }

  query(database: string, sql: string): Promise<string> {
    return this.namespace.must(pathOf(POSTGRES_NEEDS.psql), ["-h", this.data, "-p", String(this.props.port), "-U", "postgres", "-d", database, "-Atqc", sql]);
  }

  /** SIGINT is its fast shutdown. */
  stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
    return this.running?.stop(signal) ?? Promise.resolve();
  }
  /** Holds all of it, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    const { pid } = this.running as Running;
    // Its own process first: held, it starts and reaps no others.
    process.kill(pid, signal);
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean)) {
      try {
        process.kill(Number(child), signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  }
}
