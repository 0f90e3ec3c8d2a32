import type { SidecarProps } from "../docker/sidecar";
import { EDGE_PEER, edgeMayOpen, type Wire } from "../wire";
import { script } from "./parts";

/**
 * The guard of the mailbox's namespace, as its sidecar's companion: edges reach the mail server as {@link EDGE_PEER} whatever
 * their tailnet address is, and who is not known is not answered (see guard.sh).
 */
export function guardOf({ edges, listeners, grants }: Pick<Wire, "edges" | "listeners" | "grants">): NonNullable<SidecarProps["companion"]> {
  const ports = (open: boolean): string => listeners.filter(({ line }) => edgeMayOpen({ edges, grants }, line) === open).map(({ port }) => port).join(",");
  return {
    script: script("guard.sh"),
    environment: {
      EDGES: edges.map(({ host }) => host).join(" "),
      EDGE_TAG: edges[0].tag,
      EDGE_PEER,
      EDGE_PORTS: ports(true),
      MAIL_PORTS: ports(false),
    },
  };
}
