import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mailServerOf } from "../../../lib/mailbox/select";
import { TLS_CHAIN, TLS_KEY } from "../../../lib/mailbox/paths";
import { deployment } from "../../deployment";
import { Resolver, type Answers } from "../dns";
import { EDGE_NEEDS, makeStage, type Stage } from "../edge/stage";
import { NEEDS, type Need } from "../programs";
import { ADDRESSES } from "../world";
import { Container } from "./container";
import { Guard } from "./guard";
import { Postgres, POSTGRES_NEEDS } from "./postgres";
import type { User } from "./talk";

export const MAILBOX_NEEDS = [...EDGE_NEEDS, ...Object.values(POSTGRES_NEEDS), NEEDS.curl];
/** A node of the tailnet that is neither end; it lives in the edge's namespace. */
export const NEIGHBOUR = "100.64.0.9";
/** The stranger's domain has an MX, and an SPF record (RFC 7208) by which only the client's own addresses may send for it. */
const STRANGER = ["--mx-host=client.test,client.test", `--txt-record=client.test,v=spf1 ip4:${ADDRESSES.client4} ip6:${ADDRESSES.client6} -all`];
export const ADMIN: User = { address: "admin@one.test", password: "Adm1n-0123-xyzw|&/" };
const DB_PASSWORD = "database-secret-1";
const DB_PORT = 54_329;

/** A mailbox whose PostgreSQL is on its own loopback, in a network without any other. */
export const CLOSED = {
  ...{ BACKENDS: "external", STALWART_DB_HOST: "postgres", STALWART_DB_PORT: String(DB_PORT) },
  ...{ MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" },
};
/** The same for Stalwart, which then downloads nothing. */
export const CLOSED_STALWART = { ...CLOSED, STALWART_WEB_ADMIN: "off", STALWART_SPAM_RULES: "off", STALWART_ASN: "off" };

/** What Alpine has for a shell. */
export const BUSYBOX: Need = { name: "busybox", optional: true, hint: "apt-get install busybox" };
/** Where the official images have their programs. */
const PROGRAMS = { stalwart: { program: NEEDS.stalwart, place: "/usr/local/bin/stalwart" }, maddy: { program: NEEDS.maddy, place: "/usr/bin/maddy", alpine: BUSYBOX } };

export interface MailboxStage extends Stage {
  readonly container: Container;
  /** what stands in the real mailbox's namespace: it decides whom the server sees as an edge */
  readonly guard: Guard;
  readonly postgres: Postgres;
  /** what the mailbox finds under the tailnet's names */
  readonly names: Resolver;
  readonly answers: Answers;
  readonly folder: string;
  /** every secret of the container */
  readonly secrets: readonly string[];
  readonly ports: readonly number[];
}

/** A stage with PostgreSQL, names and the container, which is not started yet. */
export async function makeMailbox(overrides: Readonly<Record<string, string>>, more: { secrets?: Readonly<Record<string, string>>; answers?: Answers } = {}): Promise<MailboxStage> {
  const stage = await makeStage(overrides);
  const { world, wire, certificate } = stage;
  try {
    const folder = join(world.folder, "mailbox");
    mkdirSync(folder);
    const postgres = await Postgres.make(world.mailbox, { folder, port: DB_PORT, user: "stalwart", password: DB_PASSWORD });
    await world.edge.addAddress("tailnet", NEIGHBOUR, 10);
    const backends = Object.fromEntries(wire.dials.map(({ host }) => [host, ["127.0.0.1"]]));
    const answers = { ...backends, [wire.edges[0].host]: [ADDRESSES.edgeTailnet], "client.test": [ADDRESSES.client4, ADDRESSES.client6], ...more.answers };
    const names = await Resolver.start(world.mailbox, folder, answers, STRANGER);
    const server = mailServerOf(deployment(overrides), wire);
    const secrets = { "/run/secrets/stalwart_db_password": DB_PASSWORD, "/run/secrets/stalwart_admin_password": ADMIN.password, ...more.secrets };
    const tls = { [TLS_CHAIN]: readFileSync(certificate.cert, "utf8"), [TLS_KEY]: readFileSync(certificate.key, "utf8") };
    const settings = { EVERY: "1", PATIENCE: "20" };
    const container = new Container(world.mailbox, { folder, server, ...PROGRAMS[server.name], secrets: { ...secrets, ...tls }, settings });
    const guard = await Guard.start(world.mailbox, folder, wire, (text) => container.mark(text));
    await guard.tell([{ name: wire.edges[0].host, address: ADDRESSES.edgeTailnet, tag: wire.edges[0].tag }, { name: "neighbour.tail0000.ts.net", address: NEIGHBOUR }]);
    const ports = wire.listeners.map(({ port }) => port);
    // Killed, PostgreSQL would leave its shared memory behind.
    const close = (): Promise<void> => postgres.stop().then(() => world.close());
    return { ...stage, world: { ...world, close }, container, guard, postgres, names, answers, folder, secrets: Object.values(secrets), ports };
  } catch (error) {
    await world.close();
    throw error;
  }
}
