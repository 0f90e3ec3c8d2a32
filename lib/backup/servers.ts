import { Http } from "../site/http";
import { literalText } from "../backends/postgres/client";
import { Bucket } from "../backends/s3/client";
import type { Deployment } from "../config";
import type { Engine } from "../site/engine";
import { secretValue } from "../site/secret-value";
import { fromContainer } from "../site/tunnel";
import type { Beside } from "./beside";
import { CONNECTIONS } from "./blobs";
import type { Database } from "./database";
import { GarageBlobs } from "./garage";
import { VolumeFiles, volumeOf, type Index } from "./volume";

/** Where a server runs. */
export interface Ground {
  readonly deployment: Deployment;
  readonly project: string;
  readonly engine: Engine;
  readonly database: Database;
  /** the mail server's container */
  readonly server: string;
  /** the container that owns the namespace */
  readonly owner: string;
}

/** What backup and restore have to know of a mail server. */
export interface Kind {
  /** the variable with its image */
  readonly image: "STALWART_IMAGE" | "MADDY_IMAGE";
  /** what prints its version, in its container */
  readonly version: readonly string[];
  /** Tables that a fresh server leaves empty, and people would miss. Mailboxes count for nothing: start or first login makes them. */
  readonly tables: readonly string[];
  /** containers that have to run, PostgreSQL aside */
  readonly running: readonly string[];
  beside(ground: Ground): { readonly beside: Beside; close(): void };
}

function garage({ deployment, project, engine, owner }: Ground): { beside: Beside; close(): void } {
  const { s3 } = deployment.backends;
  if (s3 === undefined) throw new Error("embedded backends without S3");
  const http = new Http(fromContainer(engine.host, owner, "the mailbox's namespace", engine.environment), s3, CONNECTIONS, 300);
  const key = { id: secretValue(deployment, project, "STALWART_S3_ACCESS_KEY"), secret: secretValue(deployment, project, "STALWART_S3_SECRET_KEY") };
  return { beside: new GarageBlobs(new Bucket(http, s3.bucket, s3.region, key)), close: () => http.close() };
}

/** Tables of go-imap-sql (sql.go, `initSchema`): a mailbox counts its messages, and flags go with their message. */
export const maddyIndex = (database: Database): Index => ({
  named: (dump) => database.columnOf(dump, "msgs", "extbodykey"),
  forget: async (names) => {
    const statements = [
      `CREATE TEMP TABLE gone AS SELECT unnest(ARRAY[${names.map(literalText).join(", ")}]) AS name`,
      "BEGIN",
      "DELETE FROM msgs USING gone WHERE extbodykey = name",
      "DELETE FROM extkeys USING gone WHERE id = name",
      "UPDATE mboxes SET msgscount = (SELECT count(*) FROM msgs WHERE mboxid = mboxes.id)",
      "COMMIT",
    ];
    await database.query(statements.map((sql) => `${sql};`).join("\n"));
  },
});

export const KINDS: Readonly<Record<Deployment["mailbox"]["server"], Kind>> = {
  stalwart: {
    image: "STALWART_IMAGE",
    version: ["stalwart", "--version"],
    // crates/store, SUBSPACE_…: links from messages and files to their blobs, the queue, indexed events and contacts.
    tables: ["k", "e", "s_cal", "s_card"],
    running: ["tailwart-garage"],
    beside: garage,
  },
  maddy: {
    image: "MADDY_IMAGE",
    version: ["/bin/maddy", "version"],
    tables: ["msgs"],
    running: [],
    beside: ({ engine, database, server }) => ({
      beside: new VolumeFiles(volumeOf(engine, server), maddyIndex(database)),
      close: () => undefined,
    }),
  },
};
