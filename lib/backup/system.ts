import type { Deployment } from "../config";
import { Engine } from "../site/engine";
import { MistakesError, refuseIfAny } from "../errors";
import { projectOf } from "../site/project";
import type { Beside } from "./beside";
import { Database } from "./database";
import { KINDS, type Kind } from "./servers";

/** The running system that is backed up or restored. */
export interface System {
  readonly deployment: Deployment;
  readonly engine: Engine;
  readonly kind: Kind;
  readonly database: Database;
  readonly beside: Beside;
  /** the mail server's container */
  readonly server: string;
  /** the embedded Redis' container, where there is one */
  readonly redis?: string;
  /** such as 0.16.16; undefined when it does not run */
  serverVersion(): Promise<string | undefined>;
  close(): void;
}

/** Looks at the project and at its engine. @throws MistakesError when there is nothing to back up */
export async function findSystem(project: string, environment: NodeJS.ProcessEnv): Promise<System> {
  const { deployment } = projectOf(project, environment);
  const { backends, mailbox, tailnet } = deployment;
  const { dockerHost } = mailbox;
  const kind = KINDS[mailbox.server];
  if (backends.kind === "external") throw new MistakesError(["BACKENDS: got external; PostgreSQL and S3 are backed up where they run (pg_dump, rclone), this command knows the embedded ones only"]);
  const engine = new Engine(dockerHost, environment);
  const silence = await engine.silence(20);
  refuseIfAny(silence === undefined ? [] : [`MAILBOX_DOCKER_HOST: ${dockerHost} does not answer: ${silence}`]);
  const [owner, server] = ["namespace", mailbox.server].map((name) => `tailwart-${tailnet.mailboxName}-${name}`);
  const mistakes: string[] = [];
  for (const name of [owner, server, "tailwart-postgres", ...kind.running]) {
    const state = await engine.container(name);
    // The server may be stopped: what it has is there all the same.
    if (state === undefined || (state.status !== "running" && name !== server))
      mistakes.push(`${name}: it ${state === undefined ? "is not there" : `is ${state.status}`} on ${dockerHost} (MAILBOX_DOCKER_HOST); deploy first`);
  }
  refuseIfAny(mistakes);
  const database = new Database(engine, deployment, environment);
  return {
    deployment,
    engine,
    kind,
    database,
    ...kind.beside({ deployment, project, engine, database, server, owner }),
    server,
    redis: backends.redis && "tailwart-redis",
    serverVersion: async () => {
      const { status, stdout } = await engine.exec(server, kind.version);
      return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined;
    },
  };
}
