import type { Deployment } from "../config";
import { Http } from "../backends/http";
import { Bucket } from "../backends/s3/client";
import { secretValue } from "../site/secret-value";
import { fromContainer } from "../site/tunnel";
import { Engine } from "../site/engine";
import { refuseIfAny } from "../errors";
import { projectOf } from "../site/project";
import { CONNECTIONS } from "./blobs";
import { Database } from "./database";

/** The running system that is backed up or restored. */
export interface System {
  readonly deployment: Deployment;
  readonly engine: Engine;
  readonly database: Database;
  readonly bucket: Bucket;
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
  const mistakes: string[] = [];
  if (backends.kind === "external") mistakes.push("BACKENDS: got external; PostgreSQL and S3 are backed up where they run (pg_dump, rclone), this command knows the embedded ones only");
  else if (mailbox.server === "maddy") mistakes.push("MAIL_SERVER: got maddy; this command knows stalwart only; copy the volume tailwart-maddy and pg_dump the database by hand");
  refuseIfAny(mistakes);
  const engine = new Engine(dockerHost, environment);
  const silence = await engine.silence(20);
  refuseIfAny(silence === undefined ? [] : [`MAILBOX_DOCKER_HOST: ${dockerHost} does not answer: ${silence}`]);
  const owner = `tailwart-${tailnet.mailboxName}-namespace`;
  for (const name of [owner, "tailwart-postgres", "tailwart-garage"]) {
    const state = await engine.container(name);
    if (state?.status !== "running") mistakes.push(`${name}: it ${state === undefined ? "is not there" : `is ${state.status}`} on ${dockerHost} (MAILBOX_DOCKER_HOST); deploy first`);
  }
  refuseIfAny(mistakes);
  const { s3 } = backends;
  if (s3 === undefined) throw new Error("embedded backends without S3");
  const http = new Http(fromContainer(dockerHost, owner, "the mailbox's namespace", environment), s3, CONNECTIONS, 300);
  const key = { id: secretValue(deployment, project, "STALWART_S3_ACCESS_KEY"), secret: secretValue(deployment, project, "STALWART_S3_SECRET_KEY") };
  const server = `tailwart-${tailnet.mailboxName}-${mailbox.server}`;
  return {
    deployment,
    engine,
    database: new Database(engine, deployment, environment),
    bucket: new Bucket(http, s3.bucket, s3.region, key),
    server,
    redis: backends.redis && "tailwart-redis",
    serverVersion: async () => {
      const { status, stdout } = await engine.exec(server, ["stalwart", "--version"]);
      return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined;
    },
    close: () => http.close(),
  };
}
