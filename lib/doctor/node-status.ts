interface Node {
  readonly DNSName?: string;
  readonly TailscaleIPs?: readonly string[] | null;
}
/** What we read of `tailscale status --json`. */
export interface TailnetStatus {
  readonly BackendState?: string;
  readonly Version?: string;
  readonly Self?: Node;
  readonly Peer?: Readonly<Record<string, Node>> | null;
}
export interface NamedNode {
  /** whole MagicDNS name, without the last dot */
  readonly name: string;
  readonly addresses: readonly string[];
}

const named = ({ DNSName, TailscaleIPs }: Node = {}): NamedNode => ({ name: (DNSName ?? "").replace(/\.$/, ""), addresses: TailscaleIPs ?? [] });

export const nodesIn = ({ BackendState, Self, Peer }: TailnetStatus): { readonly state: string; readonly self: NamedNode; readonly peers: readonly NamedNode[] } => ({
  state: BackendState ?? "unknown",
  self: named(Self),
  peers: Object.values(Peer ?? {}).map(named),
});
