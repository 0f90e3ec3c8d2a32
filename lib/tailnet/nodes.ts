import type { NodesApi, PolicyTarget, TailnetNode } from "./api";

/** A node of ours, and the name that everybody dials. */
export interface NameClaim {
  /** the whole MagicDNS name that it should have */
  readonly host: string;
  /** its tag */
  readonly tag: string;
  /** its tailnet addresses */
  readonly addresses: readonly string[];
}

export interface ClaimOptions {
  readonly say: (line: string) => void;
  /** a node that was seen more recently may only be starting again @default 3 minutes */
  readonly quietMs?: number;
  readonly now?: () => number;
}

/** Why a name was left with whom has it; one line for a person. */
export class NameKept extends Error {}

const QUIET_MS = 3 * 60_000;
const labelOf = (host: string): string => host.split(".")[0];
const ownerOf = ({ tags, user }: TailnetNode): string => tags.join(", ") || user || "nobody";

/** What a person does instead. */
export function byHand(kind: PolicyTarget["kind"], host: string, name: string): string {
  const [label, own] = [labelOf(host), labelOf(name)];
  if (kind === "headscale") return `by hand: headscale nodes list, headscale nodes delete -i ID of the old ${label}, headscale nodes rename -i ID of ${own} ${label}`;
  return `by hand: in the admin console (login.tailscale.com/admin/machines) remove the old machine ${label}, then rename ${own} to ${label}`;
}

/** Why a node that has our name must not be removed, and what to do; undefined when it is an old one of ours. */
export function whyKept(holder: TailnetNode, { tag }: Pick<NameClaim, "tag">, now: number, quietMs: number = QUIET_MS): string | undefined {
  if (!holder.tags.includes(tag)) return `it belongs to ${ownerOf(holder)}, not to ${tag}; give that machine another name, or ours (STALWART_MAGIC_NAME, EDGE_MAGIC_NAME)`;
  const { online, lastSeen } = holder;
  if (online === true) return "it is online, so two machines have the same task; stop one of them and deploy again";
  if (lastSeen === undefined) return online === false ? undefined : "the control server does not say when it was last seen; look whether it is the old one, remove it, and deploy again";
  const quiet = now - lastSeen.getTime();
  if (quiet >= quietMs) return undefined;
  return `it was seen ${Math.max(0, Math.round(quiet / 1000))} s ago and may only be starting again; deploy again in ${Math.ceil((quietMs - quiet) / 60_000)} min`;
}

/**
 * Gives our node the name that everybody dials: removes the old node of ours that still has it, and renames. Nothing is
 * removed that is online, was there a moment ago, or has not our tag.
 * @throws NameKept with what stands against it, and ApiError
 */
export async function claimName(api: NodesApi, claim: NameClaim, { say, quietMs = QUIET_MS, now = Date.now }: ClaimOptions): Promise<void> {
  const label = labelOf(claim.host);
  const nodes = await api.list();
  const own = nodes.find(({ addresses }) => addresses.some((one) => claim.addresses.includes(one)));
  if (own === undefined) throw new NameKept(`the control server lists no node with ${claim.addresses.join(" or ") || "our address"}; is the credential of another tailnet?`);
  const holder = nodes.find((one) => one !== own && one.label === label);
  if (holder !== undefined) {
    const why = whyKept(holder, claim, now(), quietMs);
    if (why !== undefined) throw new NameKept(`${claim.host} stays with node ${holder.id}: ${why}`);
    await api.remove(holder.id);
    say(`removed node ${holder.id} (${ownerOf(holder)}), the old ${label}, ${holder.lastSeen === undefined ? "never seen" : `last seen ${holder.lastSeen.toISOString()}`}`);
  }
  if (own.label !== label) {
    await api.rename(own.id, label);
    say(`renamed node ${own.id} from ${own.label} to ${label}`);
  }
}
