import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Aspects, LocalBackend, PgBackend, S3Backend, TerraformStack, type App } from "cdktf";
import { Backends } from "./backends/backends";
import { GarageImage, garageImageName } from "./backends/garage/image";
import { hasGarage, type Deployment, type EdgeSite, type StateSite } from "./config";
import { Namespace } from "./docker/namespace";
import { useEngine, useNull } from "./docker/provider";
import { Ready } from "./docker/ready";
import { DockerRules } from "./docker/rules";
import { secretFile, secretPath } from "./docker/secret-file";
import { Sidecar } from "./docker/sidecar";
import { Starter, servicesOf } from "./docker/starter";
import { caddyConfig } from "./edge/caddy";
import { Edge } from "./edge/edge";
import { EdgeImage, edgeImageName } from "./edge/image";
import { checkCaddy } from "./edge/rules";
import { refuseIfAny } from "./errors";
import { Mailbox } from "./mailbox/mailbox";
import { policyJob } from "./tailnet/job";
import { renderPolicy, tailnetPolicy } from "./tailnet/policy";
import { TailnetPolicy } from "./tailnet/tailnet-policy";
import type { Wire } from "./wire";

export interface StackProps {
  readonly deployment: Deployment;
  readonly wire: Wire;
  /** folder in which relative paths of the deployment start @default the working directory */
  readonly project?: string;
}

/** What all stacks share: where their state lies, and that nothing is deployed while something is missing. */
abstract class TailwartStack extends TerraformStack {
  constructor(scope: App, id: string, { deployment }: StackProps) {
    super(scope, id);
    keepState(this, id, deployment.state);
    new Ready(this, "ready", [...deployment.examples.map((text) => `${text}: this is the example's value`), ...deployment.missing]);
    Aspects.of(this).add(new DockerRules());
  }

  /** Last in a stack with containers: it has to know them all. */
  protected lookAfter(provider: DockerProvider, name: string, { starter }: Deployment, socket: string | undefined): void {
    if (starter === undefined) return;
    new Starter(this, "starter", { provider, name, image: starter.image, services: servicesOf(this, provider), socket });
  }
}

function keepState(stack: TerraformStack, id: string, state: StateSite): void {
  if (state.kind === "local") {
    // The default path is absolute; this one is relative to the stack's folder.
    new LocalBackend(stack, { path: `../../../terraform.${id}.tfstate` });
  } else if (state.kind === "pg") {
    const backend = new PgBackend(stack, { connStr: "", schemaName: `${state.schema}_${id.replace(/-/g, "_")}` });
    // The address holds a password; Terraform takes it from PG_CONN_STR.
    backend.addOverride("conn_str", undefined);
  } else {
    const { bucket, region, endpoint } = state;
    const own = endpoint === undefined ? {} : { endpoints: { s3: endpoint }, usePathStyle: true, skipRequestingAccountId: true, skipCredentialsValidation: true, skipMetadataApiCheck: true, skipRegionValidation: true };
    const backend = new S3Backend(stack, { bucket, key: `tailwart/${id}.tfstate`, region, ...own });
    backend.addOverride("use_lockfile", true);
  }
}

const edgeBuild = ({ deployment, wire, project }: StackProps) => ({ caddy: deployment.caddy, config: caddyConfig(wire), project });
const garageBuild = ({ deployment }: StackProps) => ({ garageImage: deployment.backends.images.garage, baseImage: deployment.caddy.baseImage });

/** The images that are built here, each on the engines that run it. */
export class ImagesStack extends TailwartStack {
  constructor(scope: App, id: string, props: StackProps) {
    super(scope, id, props);
    const { deployment } = props;
    // The first engine is the default provider, which Terraform wants to be there.
    const engines = new Map<string, DockerProvider>();
    const engine = (host: string, alias: string): DockerProvider => {
      const known = engines.get(host) ?? useEngine(this, host, engines.size === 0 ? undefined : alias);
      engines.set(host, known);
      return known;
    };
    const built = new Set<string>();
    for (const edge of deployment.edges) {
      if (built.has(edge.dockerHost)) continue;
      built.add(edge.dockerHost);
      new EdgeImage(this, `edge-${edge.name}`, { ...edgeBuild(props), provider: engine(edge.dockerHost, edge.name) });
    }
    if (hasGarage(deployment)) new GarageImage(this, "garage", { ...garageBuild(props), provider: engine(deployment.mailbox.dockerHost, "mailbox") });
  }
}

/** Our lines in the tailnet's policy. */
export class TailnetStack extends TailwartStack {
  constructor(scope: App, id: string, props: StackProps) {
    super(scope, id, props);
    useNull(this);
    const { deployment, wire, project } = props;
    const { headscale, policy } = deployment.tailnet;
    const job = policyJob(deployment, wire);
    new TailnetPolicy(this, "policy", {
      snippet: renderPolicy(tailnetPolicy(deployment, wire)),
      file: "cdktf.out/review/tailnet-policy.hujson",
      headscale: headscale !== undefined,
      apply: job && { job, removeOnDestroy: policy.removeOnDestroy, project },
    });
  }
}

/** Namespace, embedded backends, sidecar and mail server. */
export class MailboxStack extends TailwartStack {
  constructor(scope: App, id: string, props: StackProps) {
    super(scope, id, props);
    const { deployment, wire } = props;
    const provider = useEngine(this, deployment.mailbox.dockerHost);
    const namespace = new Namespace(this, "namespace", { provider, name: wire.mailbox.name, image: deployment.mailbox.sidecarImage });
    const backends = new Backends(this, "backends", { provider, deployment, namespace, garageImage: garageImageName(garageBuild(props)) });
    new Mailbox(this, "mailbox", { provider, deployment, wire, namespace, dependsOn: backends.services.map((service) => service.healthy) });
    this.lookAfter(provider, wire.mailbox.name, deployment, deployment.mailbox.dockerSocket);
  }
}

export interface EdgeStackProps extends StackProps {
  /** which of the deployment's edges */
  readonly edge: string;
}

/** One edge. */
export class EdgeStack extends TailwartStack {
  constructor(scope: App, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const site = props.deployment.edges.find(({ name }) => name === props.edge);
    if (site === undefined) throw new Error(`no edge is called ${props.edge}`);
    refuseIfAny(checkCaddy(caddyConfig(props.wire), props.wire));
    const provider = useEngine(this, site.dockerHost);
    const build = edgeBuild(props);
    const { namespace, sidecar } = site.network === "sidecar" ? this.ownNode(provider, props, site) : {};
    // Caddy would wait out its own patience beside a sidecar whose key is refused.
    const dependsOn = sidecar && [sidecar.service.healthy];
    new Edge(this, "edge", { provider, wire: props.wire, image: edgeImageName(build), config: build.config, namespace, openFiles: site.openFiles, dependsOn });
    this.lookAfter(provider, site.name, props.deployment, site.dockerSocket);
  }

  /** The edge as a node of its own: a namespace with the public ports, and a sidecar in it. */
  private ownNode(provider: DockerProvider, { deployment, wire }: StackProps, { name, dockerNetwork: network, ipv4, ipv6 }: EdgeSite): { readonly namespace: Namespace; readonly sidecar: Sidecar } {
    const { tailnet, mailbox } = deployment;
    const image = mailbox.sidecarImage;
    const reach = network === undefined ? { publish: wire.routes.map(({ port }) => port) } : { on: { network, ipv4, ipv6 } };
    const namespace = new Namespace(this, "namespace", { provider, name, image, ...reach });
    const authKey = { ...secretFile(deployment, "EDGE_TS_AUTHKEY"), path: secretPath("TS_AUTHKEY") };
    const sidecar = new Sidecar(this, "sidecar", { provider, namespace, name, image, tag: tailnet.tags.edge, authKey, loginServer: tailnet.headscale, backends: [] });
    return { namespace, sidecar };
  }
}

/** All stacks of a deployment, in the order in which they are deployed. */
export function addStacks(app: App, props: StackProps): readonly TerraformStack[] {
  const images = new ImagesStack(app, "images", props);
  const tailnet = new TailnetStack(app, "tailnet", props);
  const mailbox = new MailboxStack(app, "mailbox", props);
  mailbox.addDependency(images);
  mailbox.addDependency(tailnet);
  const { edges } = props.deployment;
  return [
    images,
    tailnet,
    mailbox,
    ...edges.map(({ name }) => {
      const edge = new EdgeStack(app, edges.length === 1 ? "edge" : `edge-${name}`, { ...props, edge: name });
      edge.addDependency(mailbox);
      return edge;
    }),
  ];
}
