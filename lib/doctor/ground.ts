import { getServers } from "node:dns";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import type { Deployment, EdgeSite } from "../config";
import type { SecretName } from "../config/contract";
import { secretSourcePath } from "../config/secrets";
import { lookupAt, type Lookup } from "../dns/resolver";
import type { Engine } from "../site/engine";
import type { Ran, RunOptions } from "../site/run";
import { fromContainer, fromHere, type Way } from "../site/tunnel";
import { within } from "./within";
import type { EdgeNode, Wire } from "../wire";
import { CannotAsk } from "./check";
import { request, type Requested } from "./http";
import { PatientEngine, Slots } from "./slots";

/** A place where commands run and from which connections start. */
export interface Shell extends Way {
  exec(command: readonly string[], options?: RunOptions & { readonly user?: string }): Promise<Ran>;
}

/** An edge, and a shell on its network: in host mode the host's own. */
export interface EdgeGround {
  readonly site: EdgeSite;
  readonly node: EdgeNode;
  readonly shell: Shell;
}

/** A container of the deployment, with what its engine says of it. */
export interface ContainerGround extends Shell {
  readonly container: string;
  readonly engine: Engine;
}

/** Everything that checks look at; tests put other programs behind the same doors. */
export interface Ground {
  readonly deployment: Deployment;
  readonly wire: Wire;
  /** folder with `.env` */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  now(): Date;
  /** undefined when nobody has given it */
  secret(name: SecretName): string | undefined;
  /** names as a stranger sees them, by the public resolver */
  readonly lookup: Lookup;
  /** by servers of one's choice (`ip`, `ip:port`) */
  lookupAt(servers: readonly string[]): Lookup;
  /** names as this machine's own resolver has them */
  readonly ownLookup: Lookup;
  /** certificates of authorities that are trusted, PEM @default those that Node.js knows */
  readonly authorities?: readonly string[];
  readonly edges: readonly EdgeGround[];
  /** the mail server's container */
  readonly server: ContainerGround;
  /** tailscaled beside it */
  readonly sidecar: ContainerGround;
  /** embedded PostgreSQL; undefined with external backends */
  readonly database?: ContainerGround;
  /** this machine */
  readonly here: Way;
  /** how a public port of an edge is reached: from here, or where that fails on the edge's own network. @throws CannotAsk */
  outside(edge: EdgeGround): Promise<Way>;
  /** one at a time for a key, with a pause between: who probes mail ports fast is banned */
  politely<T>(key: string, work: () => Promise<T>): Promise<T>;
  http(url: string, options?: Requested): ReturnType<typeof request>;
}

const PAUSE = 300;
/** commands on one engine */
const AT_ONCE = 6;

/** The deployment as it runs. */
export function groundOf(deployment: Deployment, wire: Wire, project: string, environment: NodeJS.ProcessEnv): Ground {
  const engines = new Map<string, Slots>();
  const container = (host: string, name: string): ContainerGround => {
    const slots = engines.get(host) ?? new Slots(AT_ONCE);
    engines.set(host, slots);
    const engine = new PatientEngine(host, environment, slots);
    return { ...fromContainer(host, name, `the container ${name}`, environment), container: name, engine, exec: (command, options) => engine.exec(name, command, options) };
  };
  const { mailbox, tailnet, backends } = deployment;
  const inMailbox = (name: string): ContainerGround => container(mailbox.dockerHost, name);
  const edges = deployment.edges.map((site, index): EdgeGround => ({ site, node: wire.edges[index], shell: container(site.dockerHost, "tailwart-edge") }));
  const ways = new Map<EdgeGround, Promise<Way>>();
  const queues = new Map<string, Promise<unknown>>();
  return {
    deployment,
    wire,
    project,
    environment,
    now: () => new Date(),
    secret: (name) => {
      const secret = deployment.secrets[name];
      return secret?.given ? readFileSync(secretSourcePath(project, secret.source), "utf8").replace(/\n$/, "") : undefined;
    },
    lookup: lookupAt(deployment.dns.resolvers),
    lookupAt: (servers) => lookupAt(servers),
    ownLookup: (name, type) => lookupAt(getServers())(name, type),
    edges,
    server: inMailbox(`tailwart-${tailnet.mailboxName}-${mailbox.server}`),
    sidecar: inMailbox(`tailwart-${tailnet.mailboxName}-sidecar`),
    ...(backends.kind === "embedded" ? { database: inMailbox("tailwart-postgres") } : {}),
    here: fromHere,
    outside: (edge) => {
      const found = ways.get(edge) ?? wayTo(edge, wire.routes[0].port);
      ways.set(edge, found);
      return found;
    },
    politely: (key, work) => {
      const turn = (queues.get(key) ?? Promise.resolve()).then(work);
      queues.set(key, turn.catch(() => undefined).then(() => new Promise((resolve) => setTimeout(resolve, PAUSE))));
      return turn;
    },
    http: request,
  };
}

/** From here when the address answers here: then names, NAT and firewalls on the way are proven too. */
async function wayTo(edge: EdgeGround, port: number): Promise<Way> {
  if (await opens(fromHere, edge.site.ipv4, port)) return fromHere;
  const inside: Way = { from: `the edge's own host (${edge.site.ipv4} is not reached from here)`, open: (_, wanted) => edge.shell.open("127.0.0.1", wanted) };
  if (await opens(inside, edge.site.ipv4, port)) return inside;
  throw new CannotAsk(`port ${port} of ${edge.site.ipv4} opens neither from here nor on the edge's own host; look at npm run drift`);
}

/** Whether a connection stands; one that nobody greets on counts too, that is for others to say. */
async function opens(way: Way, host: string, port: number): Promise<boolean> {
  let stream: Duplex | undefined;
  try {
    stream = way.open(host, port);
    const opened = stream;
    await within(4, new Promise<void>((resolve, reject) => {
      opened.once("connect", resolve).once("data", () => resolve()).once("error", reject).once("close", () => reject(new Error("closed")));
    }));
    return true;
  } catch {
    return false;
  } finally {
    stream?.destroy();
  }
}
