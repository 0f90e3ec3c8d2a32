import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Construct, type IDependable } from "constructs";
import type { Namespace } from "../docker/namespace";
import { Service, type ServiceProps } from "../docker/service";
import type { Wire } from "../wire";
import { caddyJson, type CaddyConfig } from "./caddy";
import { EdgeConfig } from "./config";

export interface EdgeProps {
  readonly provider: DockerProvider;
  readonly wire: Wire;
  /** the edge image by name, see {@link edgeImageName} */
  readonly image: string;
  readonly config: CaddyConfig;
  /** the namespace that it joins, next to a sidecar of its own @default the host's network; the host is a node of the tailnet */
  readonly namespace?: Namespace;
  /** limit of open files: two for each connection, and Caddy stops accepting for good when they run out @default 65536 */
  readonly openFiles?: number;
  /** @default what the connections that `openFiles` allows take, see {@link memoryFor} */
  readonly memoryMiB?: number;
  /** what has to be healthy first, such as a sidecar @default nothing */
  readonly dependsOn?: readonly IDependable[];
}

/** Files that are no connection: listeners, logs, name look-ups. */
const RESERVED_FILES = 256;
/** What Caddy takes by itself, and for an idle connection (33 KiB were measured). */
const MEMORY = { baseMiB: 64, connectionKiB: 36, leastMiB: 1024 };

/**
 * The memory limit in MiB that fits a limit of open files: the files run out before the memory does, since a refused
 * connection is cheaper than an edge that the kernel kills. Two files are one connection.
 */
export const memoryFor = (openFiles: number): number =>
  Math.max(MEMORY.leastMiB, MEMORY.baseMiB + Math.ceil(((openFiles - RESERVED_FILES) / 2) * MEMORY.connectionKiB / 1024));

/** Where Caddy finds its configuration. */
export const CADDY_JSON = "/etc/caddy/caddy.json";

/** Ports on which a cut may cost a message its second try. Mailboxes are only read on the others: programs connect again. */
const smtpPorts = ({ routes, lines }: Wire): string[] =>
  routes.filter((route) => lines.find(({ name }) => name === route.line)?.protocol === "smtp").map(({ port }) => String(port));

type Placed = Pick<ServiceProps, "network" | "entrypoint" | "files" | "volumes" | "user" | "capabilities">;

/**
 * Root without capabilities can do no more here than bind low ports and read what everybody may read. A plain user cannot
 * bind them on the host's network: `no-new-privileges` voids a program's file capability, and Docker sets no sysctl there.
 */
const onHost = (run: readonly string[]): Placed => ({ network: { host: true }, entrypoint: run, user: "0:0", capabilities: ["CAP_NET_BIND_SERVICE"] });

/** The namespace's owner opens low ports to everybody in it, so a plain user without any capability will do. */
const joining = (namespace: Namespace, run: readonly string[]): Placed => ({ ...namespace.joiner("TERM", run), user: "65532:65532" });

/** The public end: Caddy with caddy-l4, plain TCP. It ends no TLS and holds no key. */
export class Edge extends Construct {
  readonly service: Service;
  readonly config: EdgeConfig;

  constructor(scope: Construct, id: string, { provider, wire, image, config, namespace, openFiles = 65536, memoryMiB = memoryFor(openFiles), dependsOn }: EdgeProps) {
    super(scope, id);
    const smtp = wire.routes.find((route) => route.line === "smtp");
    const text = caddyJson(config);
    const run = ["/bin/sh", "/usr/local/bin/edge-run", ...smtpPorts(wire)];
    this.service = new Service(this, "caddy", {
      provider,
      name: "tailwart-edge",
      image,
      ...(namespace === undefined ? onHost(run) : joining(namespace, run)),
      // A tenth less CPU for each session against 4 MiB more memory (docs/benchmarks.md).
      environment: { GOGC: "200" },
      liveFiles: [{ path: CADDY_JSON, content: text }],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=16m" },
      openFiles,
      memoryMiB,
      // Twice a minute: each look is a connection to the mail server. While the gate is closed it says what is awaited.
      health: { command: ["/bin/sh", "/usr/local/bin/edge-health", String(smtp?.port)], intervalSeconds: 30, timeoutSeconds: 10, startSeconds: 20 },
      // edge-run waits 25 s for open sessions.
      stopGraceSeconds: 30,
      patienceSeconds: 150,
      dependsOn,
    });
    this.config = new EdgeConfig(this, "config", { provider, service: this.service, text });
  }
}
