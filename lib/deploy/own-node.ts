import type { Engine } from "../site/engine";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";

/** A stack's place on the tailnet: the container that holds it, and who it should be. */
export interface OwnNode {
  readonly engine: Engine;
  readonly container: string;
  /** MagicDNS name that everybody dials */
  readonly host: string;
  readonly tag: string;
}

/** Who a node is by its own words. */
export interface NodeStatus {
  /** tailscaled's: Running, NeedsLogin, … */
  readonly state: string;
  /** MagicDNS name, empty without one */
  readonly name: string;
  readonly addresses: readonly string[];
}

/** undefined for a stack without a node of its own. */
export function ownNode(site: Site, stack: Stack): OwnNode | undefined {
  const sidecar = stack.containers.find(({ files }) => files.some(({ path }) => path.endsWith("/sidecar.sh")));
  if (sidecar === undefined) return undefined;
  const edge = site.edgeOf(stack.name);
  const { host, tag } = site.wire.edges.find(({ name }) => name === edge?.name) ?? site.wire.mailbox;
  return { engine: site.engine(sidecar.engine), container: sidecar.name, host, tag };
}

/** @param json what `tailscale status --json` says */
export function readStatus(json: string): NodeStatus {
  const { BackendState, Self } = JSON.parse(json) as { BackendState?: string; Self?: { DNSName?: string; TailscaleIPs?: string[] | null } };
  return { state: String(BackendState), name: (Self?.DNSName ?? "").replace(/\.$/, ""), addresses: Self?.TailscaleIPs ?? [] };
}

/** undefined when the sidecar does not say. */
export async function askNode({ engine, container }: Pick<OwnNode, "engine" | "container">): Promise<NodeStatus | undefined> {
  const { status, stdout } = await engine.exec(container, ["tailscale", "status", "--json", "--peers=false"]);
  return status === 0 ? readStatus(stdout) : undefined;
}
