import { Network } from "@cdktf/provider-docker/lib/network";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { assetPath, assetText } from "../asset";
import { Service, type ServiceFile, type ServiceNetwork, type ServiceVolume } from "./service";
import { scratchVolume } from "./volumes";

export interface NamespaceProps {
  readonly provider: DockerProvider;
  /** host name of all that joins; container names begin with tailwart- and it */
  readonly name: string;
  /** any image with sh, cat, date and sleep */
  readonly image: string;
  /** TCP ports that the host's IPv4 addresses forward to it @default none */
  readonly publish?: readonly number[];
  /** a network that is there already, where it has these addresses, for the engine publishes nothing then @default one of its own */
  readonly on?: { readonly network: string; readonly ipv4: string; readonly ipv6?: string };
}

/** Folder of our scripts in every container. */
export const SCRIPTS = "/opt/tailwart";

/** One of our scripts of this folder, as a container's file. */
export const script = (name: string): ServiceFile => ({ path: `${SCRIPTS}/${name}`, content: assetText(`docker/${name}`), executable: true });

/**
 * A network namespace with an owner that does nothing else. The sidecar, the mail server and embedded backends join it:
 * were the sidecar the owner, its restart would leave all others in a dead namespace, healthy on loopback and cut off.
 */
export class Namespace extends Construct {
  readonly owner: Service;
  /** holds `/netns/id`, new at each start of the owner; who joins reads it to see whether its namespace still lives */
  readonly id: ServiceVolume;

  constructor(scope: Construct, id: string, { provider, name, image, publish, on }: NamespaceProps) {
    super(scope, id);
    const prefix = `tailwart-${name}`;
    this.id = { name: scratchVolume(this, "netns", provider, `${prefix}-netns`).name, path: "/netns", readOnly: true };
    // Nobody else is on this network: the tailnet's policy does not cover it.
    const network: ServiceNetwork =
      on === undefined ? { own: new Network(this, "network", { provider, name: prefix, driver: "bridge" }).name } : { own: on.network, ipv4: on.ipv4, ipv6: on.ipv6 };
    const owner = script("owner.sh");
    const dependsOn = publish?.length ? [this.publishingEngine(provider)] : undefined;
    this.owner = new Service(this, "owner", {
      provider,
      name: `${prefix}-namespace`,
      image,
      entrypoint: ["/bin/sh", owner.path],
      network,
      publish,
      hostname: name,
      files: [owner],
      volumes: [{ ...this.id, readOnly: false }],
      // Mail ports are below 1024, and a server without root has no other way to them.
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      memoryMiB: 32,
      health: { command: ["test", "-s", "/netns/id"], startSeconds: 5 },
      stopGraceSeconds: 5,
      dependsOn,
    });
  }

  /** Done when the engine's published ports keep their clients' addresses; it is asked again only when it is another engine. */
  private publishingEngine({ host = "" }: DockerProvider): Resource {
    const { path } = new TerraformAsset(this, "publishing", { path: assetPath("docker/publishing.sh"), type: AssetType.FILE });
    return new Resource(this, "engine", { triggers: { host }, provisioners: [{ type: "local-exec", command: `sh ${path}`, environment: { DOCKER_HOST: host } }] });
  }

  /** The network of whoever joins. */
  get network(): ServiceNetwork {
    return { join: this.owner };
  }

  /**
   * What a container needs to run `program` in this namespace and to leave when the namespace is replaced.
   * `signal` is the one that stops the program cleanly.
   */
  joiner(signal: "TERM" | "INT", program: readonly string[]): { network: ServiceNetwork; entrypoint: string[]; files: ServiceFile[]; volumes: ServiceVolume[] } {
    const joiner = script("joiner.sh");
    return { network: this.network, entrypoint: ["/bin/sh", joiner.path, signal, ...program], files: [joiner], volumes: [this.id] };
  }
}
