import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Construct } from "constructs";
import { Service } from "../docker/service";
import type { Wire } from "../wire";

export interface EdgeProps {
  readonly provider: DockerProvider;
  readonly wire: Wire;
  /** the edge image by name, see {@link edgeImageName} */
  readonly image: string;
  /** limit of open files: two for each connection, and Caddy stops accepting for good when they run out @default 65536 */
  readonly openFiles?: number;
  /** @default 512 */
  readonly memoryMiB?: number;
}

/**
 * The public end: Caddy with caddy-l4 on the host's own network, where clients keep their addresses. The host is a node of
 * the tailnet. It ends no TLS and holds no key.
 */
export class Edge extends Construct {
  readonly service: Service;

  constructor(scope: Construct, id: string, { provider, wire, image, openFiles = 65536, memoryMiB = 512 }: EdgeProps) {
    super(scope, id);
    const smtp = wire.routes.find((route) => route.line === "smtp");
    this.service = new Service(this, "caddy", {
      provider,
      name: "tailwart-edge",
      image,
      entrypoint: ["/usr/bin/caddy", "run", "--config", "/etc/caddy/caddy.json"],
      network: { host: true },
      // With all other capabilities gone, root can do no more here than bind low ports and read what everybody may read.
      user: "0:0",
      capabilities: ["CAP_NET_BIND_SERVICE"],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=16m" },
      openFiles,
      memoryMiB,
      // Twice a minute: each look is a connection to the mail server.
      health: { command: ["/bin/sh", "/usr/local/bin/edge-health", String(smtp?.port)], intervalSeconds: 30, timeoutSeconds: 10, startSeconds: 20 },
      stopGraceSeconds: 10,
      patienceSeconds: 150,
    });
  }
}
