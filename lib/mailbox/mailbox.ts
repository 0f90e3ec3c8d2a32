import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Construct, type IDependable } from "constructs";
import type { Deployment } from "../config";
import type { Namespace } from "../docker/namespace";
import { markMailbox } from "../docker/rules/mailbox-scope";
import { secretFile } from "../docker/secret-file";
import { Service } from "../docker/service";
import { Sidecar } from "../docker/sidecar";
import { dataVolume } from "../docker/volumes";
import type { Wire } from "../wire";
import { guardOf } from "./guard";
import { mailServerOf } from "./select";

export interface MailboxProps {
  readonly provider: DockerProvider;
  readonly deployment: Deployment;
  readonly wire: Wire;
  /** the namespace that sidecar and mail server join */
  readonly namespace: Namespace;
  /** what has to be healthy first, such as embedded backends @default nothing */
  readonly dependsOn?: readonly IDependable[];
}

/**
 * The private end: a Tailscale sidecar and the mail server in one network namespace, without any host port. The mail server
 * starts when the sidecar reaches the backends, and its start script asks them again with their real passwords.
 */
export class Mailbox extends Construct {
  readonly sidecar: Sidecar;
  readonly service: Service;

  constructor(scope: Construct, id: string, { provider, deployment, wire, namespace, dependsOn = [] }: MailboxProps) {
    super(scope, id);
    markMailbox(this);
    const { tailnet, mailbox } = deployment;
    this.sidecar = new Sidecar(this, "sidecar", {
      provider,
      namespace,
      name: wire.mailbox.name,
      image: mailbox.sidecarImage,
      tag: wire.mailbox.tag,
      authKey: secretFile(deployment, "TS_AUTHKEY"),
      loginServer: tailnet.headscale,
      ephemeral: mailbox.ephemeral,
      backends: wire.dials.map(({ host, port }) => `${host}:${port}`),
      companion: guardOf(wire),
      dependsOn,
    });
    const server = mailServerOf(deployment, wire);
    this.service = new Service(this, "server", {
      provider,
      network: namespace.network,
      name: `tailwart-${wire.mailbox.name}-${server.name}`,
      image: server.image,
      entrypoint: server.entrypoint,
      user: server.user,
      environment: server.environment,
      files: server.files,
      secretFiles: server.secretFiles.map(({ path, file }) => ({ path, source: file.source, hash: file.hash })),
      volumes: [namespace.id, ...server.volumes.map(({ name, path }) => ({ name: dataVolume(this, name, provider, `tailwart-${name}`).name, path }))],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
      // The official image's program carries this as a file capability and cannot be started without it.
      capabilities: ["CAP_NET_BIND_SERVICE"],
      memoryMiB: 2048,
      health: { command: server.healthCommand, intervalSeconds: 15, timeoutSeconds: 14, startSeconds: 60 },
      stopGraceSeconds: 30,
      patienceSeconds: 240,
      dependsOn: [this.sidecar.service.healthy],
    });
  }
}
