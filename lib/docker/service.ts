import { createHash } from "node:crypto";
import { Container, type ContainerCapabilities, type ContainerDevices, type ContainerMounts, type ContainerUpload } from "@cdktf/provider-docker/lib/container";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct, type IDependable } from "constructs";
import { assetPath } from "../asset";
import { goDuration } from "./duration";
import { literal } from "./literal";

/** Where a container gets its network from. */
export type ServiceNetwork =
  /** the network namespace of another container, by its id */
  | { readonly join: Service }
  /** a network of its own, by name */
  | { readonly own: string; readonly aliases?: readonly string[]; /** fixed addresses on it @default the engine's choice */ readonly ipv4?: string; readonly ipv6?: string }
  /** the engine's host */
  | { readonly host: true }
  /** loopback alone */
  | { readonly none: true };

export interface ServiceFile {
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}
export interface ServiceSecretFile {
  readonly path: string;
  /** path from the stack's folder, or absolute; Terraform reads the file at apply */
  readonly source: string;
  /** keyed hash of the content: a changed secret replaces the container */
  readonly hash: string;
}
export interface ServiceVolume {
  readonly name: string;
  readonly path: string;
  /** @default false */
  readonly readOnly?: boolean;
}
/** A port of the container at a port of the host's. */
export interface ServicePublish {
  readonly port: number;
  /** address of the host @default all IPv4 addresses */
  readonly ip?: string;
  /** @default tcp */
  readonly protocol?: "tcp" | "udp";
}
export interface ServiceHealth {
  /** argument vector; without a shell */
  readonly command: readonly string[];
  /** @default 10 */
  readonly intervalSeconds?: number;
  /** @default 8 */
  readonly timeoutSeconds?: number;
  /** failures in this time do not count @default 30 */
  readonly startSeconds?: number;
  /** @default 3 */
  readonly retries?: number;
}

export interface ServiceProps {
  readonly provider: DockerProvider;
  /** container name on the engine */
  readonly name: string;
  /** image by name with version, or by id */
  readonly image: string;
  readonly entrypoint: readonly string[];
  /** @default none: the entrypoint says all */
  readonly command?: readonly string[];
  readonly network: ServiceNetwork;
  /** ports published under the same number on the host; a bare number is TCP on all IPv4 addresses; only with a network of its own @default none */
  readonly publish?: readonly (number | ServicePublish)[];
  /** only for a container with a network of its own @default the engine's choice */
  readonly hostname?: string;
  /** never a secret: it is readable in the plan, the state and `docker inspect` @default none */
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: readonly ServiceFile[];
  /**
   * Files that are there when the container is made, and that somebody else changes in the running one: an edit of them
   * does not replace it @default none
   */
  readonly liveFiles?: readonly ServiceFile[];
  /** placed by path and keyed hash, mode 0440, owner root; the process gets group 0 to read them @default none */
  readonly secretFiles?: readonly ServiceSecretFile[];
  readonly volumes?: readonly ServiceVolume[];
  /**
   * the engine's socket, from its path on the host to its path in the container: with it a container is root of the host, so
   * only a Starter may have it @default none
   */
  readonly engineSocket?: { readonly from: string; readonly to: string };
  /** nothing can be written but to volumes and memory file systems; not together with files @default false */
  readonly readOnly?: boolean;
  /** memory file systems: path to mount options @default none */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** with the CAP_ prefix; all others are dropped @default none */
  readonly capabilities?: readonly `CAP_${string}`[];
  readonly devices?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** `uid:gid` @default the image's */
  readonly user?: string;
  readonly memoryMiB: number;
  /** limit of open files; the engine's host has to allow as many @default the engine's */
  readonly openFiles?: number;
  readonly health: ServiceHealth;
  /** how long a stop may take before the kill @default 30 */
  readonly stopGraceSeconds?: number;
  /** how long a deploy waits for it to become healthy @default 120 */
  readonly patienceSeconds?: number;
  readonly dependsOn?: readonly IDependable[];
}

const sha256 = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** A container that runs for good, by all rules that keep a second deploy from changing anything (docs/rules.md). */
export class Service extends Construct {
  readonly container: Container;
  /** the engine that it runs on */
  readonly provider: DockerProvider;
  /** container name on the engine */
  readonly name: string;
  /** the service whose network namespace it joins */
  readonly joins?: Service;
  /** done once the container is healthy: what needs it depends on this */
  readonly healthy: Resource;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { provider } = props;
    this.provider = provider;
    this.name = props.name;
    this.joins = "join" in props.network ? props.network.join : undefined;
    const grace = props.stopGraceSeconds ?? 30;
    const healthcheck = healthcheckOf(props.health);
    const live = props.liveFiles !== undefined;
    // The provider ignores edits of a health check on a running container, so a hash of it forces a new one. So does a hash of
    // the files where Terraform must not look at them because some are live.
    const health = new Resource(this, "health", { triggers: { healthcheck: sha256(healthcheck), ...(live ? { files: sha256(placedFiles(props)) } : {}) } });

    this.container = new Container(this, "Resource", {
      provider,
      name: props.name,
      image: props.image,
      hostname: props.hostname,
      entrypoint: props.entrypoint.map(literal),
      command: props.command?.map(literal),
      env: Object.entries(props.environment ?? {}).map(([name, value]) => literal(`${name}=${value}`)),
      user: props.user,
      ...networkOf(props.network),
      // On IPv4 only: what comes to Docker over IPv6 for an IPv4 bridge gets the bridge's address as its client's (docs/edge.md).
      ports: props.publish?.map(portOf),
      upload: uploadsOf(props),
      groupAdd: props.secretFiles?.length ? ["0"] : undefined,
      readOnly: props.readOnly,
      mounts: mountsOf(props),
      tmpfs: props.tmpfs,
      capabilities: capabilitiesOf(props.capabilities),
      devices: props.devices?.map(deviceOf),
      sysctls: props.sysctls,
      securityOpts: ["no-new-privileges:true"],
      memory: props.memoryMiB,
      memorySwap: props.memoryMiB,
      ulimit: props.openFiles === undefined ? undefined : [{ name: "nofile", soft: props.openFiles, hard: props.openFiles }],
      init: true,
      restart: "unless-stopped",
      stopTimeout: grace,
      destroyGraceSeconds: grace,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      healthcheck,
      mustRun: true,
      dependsOn: props.dependsOn ? [...props.dependsOn].map(asTerraform) : undefined,
      lifecycle: {
        replaceTriggeredBy: [`${health.terraformResourceType}.${health.friendlyUniqueId}`],
        ignoreChanges: live ? ["upload"] : undefined,
      },
    });

    const probe = new TerraformAsset(this, "probe", { path: assetPath("docker/probe.sh"), type: AssetType.FILE });
    this.healthy = new Resource(this, "healthy", {
      triggers: { container: this.container.id },
      provisioners: [
        {
          type: "local-exec",
          command: `sh ${probe.path}`,
          environment: { CONTAINER: props.name, PATIENCE: String(props.patienceSeconds ?? 120), DOCKER_HOST: provider.host ?? "" },
        },
      ],
    });
  }
}

// cdktf types dependsOn as its own resources; a construct works as well and means all that is in it.
const asTerraform = (one: IDependable): Resource => one as Resource;

function healthcheckOf(health: ServiceHealth) {
  return {
    test: ["CMD", ...health.command.map(literal)],
    interval: goDuration(health.intervalSeconds ?? 10),
    timeout: goDuration(health.timeoutSeconds ?? 8),
    startPeriod: goDuration(health.startSeconds ?? 30),
    retries: health.retries ?? 3,
  };
}

const portOf = (one: number | ServicePublish) => {
  const { port, ip = "0.0.0.0", protocol = "tcp" } = typeof one === "number" ? { port: one } : one;
  return { internal: port, external: port, ip, protocol };
};

function networkOf(network: ServiceNetwork) {
  // By id: the engine rewrites a name to the id, and the next plan would replace the container.
  if ("join" in network) return { networkMode: `container:\${${network.join.container.fqn}.id}` };
  if ("host" in network) return { networkMode: "host" };
  if ("none" in network) return { networkMode: "none" };
  const { own, aliases, ipv4, ipv6 } = network;
  // A container that begins on a network keeps the address that it got there; one that is moved onto it gets the one that was asked for.
  return { networkMode: ipv4 === undefined && ipv6 === undefined ? own : "bridge", networksAdvanced: [{ name: own, aliases: aliases ? [...aliases] : undefined, ipv4Address: ipv4, ipv6Address: ipv6 }] };
}

/** What lies in the container for as long as it lives. */
const placedFiles = ({ files = [], secretFiles = [] }: ServiceProps) => [files, secretFiles.map(({ path, hash }) => [path, hash])];

function uploadsOf({ files = [], liveFiles = [], secretFiles = [] }: ServiceProps): ContainerUpload[] | undefined {
  const uploads = [
    ...[...files, ...liveFiles].map(({ path, content, executable }) => ({ file: path, content: literal(content), executable: executable ?? false, permissions: executable ? "0755" : "0644" })),
    ...secretFiles.map(({ path, source, hash }) => ({ file: path, source, sourceHash: hash, permissions: "0440" })),
  ];
  return uploads.length > 0 ? uploads : undefined;
}

const capabilitiesOf = (add: readonly string[] = []): ContainerCapabilities => ({ add: add.length > 0 ? [...add] : undefined, drop: ["ALL"] });
const deviceOf = (path: string): ContainerDevices => ({ hostPath: path, containerPath: path, permissions: "rwm" });
const mountOf = ({ name, path, readOnly }: ServiceVolume): ContainerMounts => ({ type: "volume", source: name, target: path, readOnly: readOnly ?? false });

function mountsOf({ volumes = [], engineSocket: socket }: ServiceProps): ContainerMounts[] | undefined {
  const mounts: ContainerMounts[] = [...volumes.map(mountOf), ...(socket === undefined ? [] : [{ type: "bind", source: socket.from, target: socket.to, readOnly: true }])];
  return mounts.length > 0 ? mounts : undefined;
}
