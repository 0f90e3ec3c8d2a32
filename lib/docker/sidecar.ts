import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Construct, type IDependable } from "constructs";
import { PRIVATE_PORTS } from "../wire";
import { script, type Namespace } from "./namespace";
import { Service, type ServiceFile, type ServiceSecretFile } from "./service";
import { dataVolume } from "./volumes";

export interface SidecarProps {
  readonly provider: DockerProvider;
  readonly namespace: Namespace;
  /** first label of the node's MagicDNS name */
  readonly name: string;
  readonly image: string;
  readonly tag: string;
  readonly authKey: ServiceSecretFile;
  /** Headscale's URL @default Tailscale */
  readonly loginServer?: string;
  /** true: a new node, with a new address, at each start @default false */
  readonly ephemeral?: boolean;
  /** `host:port` of what must answer from here before the sidecar counts as healthy */
  readonly backends: readonly string[];
  /** a script that works on the namespace beside tailscaled, with its environment; the sidecar lives no longer than it @default none */
  readonly companion?: { readonly script: ServiceFile; readonly environment: Readonly<Record<string, string>> };
  /** what has to run before the backends can answer */
  readonly dependsOn?: readonly IDependable[];
}

/** tailscaled in kernel mode: the node's place on the tailnet (tailscale.com/kb/1282/docker). */
export class Sidecar extends Construct {
  readonly service: Service;

  constructor(scope: Construct, id: string, props: SidecarProps) {
    super(scope, id);
    const { provider, namespace, name, ephemeral = false, companion } = props;
    const [start, health] = [script("sidecar.sh"), script("sidecar-health.sh")];
    const joiner = namespace.joiner("TERM", ["/bin/sh", start.path]);
    const state = ephemeral ? [] : [{ name: dataVolume(this, "state", provider, `tailwart-${name}-tailscale`).name, path: "/var/lib/tailscale" }];
    this.service = new Service(this, "tailscale", {
      ...joiner,
      provider,
      name: `tailwart-${name}-sidecar`,
      image: props.image,
      files: [...joiner.files, start, health, ...(companion ? [companion.script] : [])],
      secretFiles: [props.authKey],
      // A companion tells those who join beside the namespace's id how far it is.
      volumes: [companion ? { ...namespace.id, readOnly: false } : namespace.id, ...state],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m" },
      environment: {
        TS_HOSTNAME: name,
        // Userspace networking would show every peer as 127.0.0.1.
        TS_USERSPACE: "false",
        // Without a state folder containerboot keeps nothing and logs out at a clean stop.
        ...(ephemeral ? {} : { TS_STATE_DIR: "/var/lib/tailscale", TS_AUTH_ONCE: "true" }),
        TS_ACCEPT_DNS: "true",
        TS_ENABLE_HEALTH_CHECK: "true",
        TS_LOCAL_ADDR_PORT: `127.0.0.1:${PRIVATE_PORTS.sidecarHealth}`,
        TAG: props.tag,
        EPHEMERAL: String(ephemeral),
        LOGIN_SERVER: props.loginServer ?? "",
        ...(companion ? { COMPANION: companion.script.path, ...companion.environment } : {}),
      },
      // NET_RAW for tailscaled's own probes; both reach no further than the namespace.
      capabilities: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
      devices: ["/dev/net/tun"],
      memoryMiB: 256,
      health: {
        command: ["/bin/sh", health.path, `http://127.0.0.1:${PRIVATE_PORTS.sidecarHealth}/healthz`, ...props.backends],
        timeoutSeconds: 20,
      },
      // A clean stop puts resolv.conf back and, for an ephemeral node, logs out.
      stopGraceSeconds: 20,
      patienceSeconds: 180,
      dependsOn: props.dependsOn,
    });
  }
}
