import type { Duplex } from "node:stream";
import { isIP } from "node:net";
import { LOOPBACK, PRIVATE, within } from "./addresses";

/** An IPv4 address in the clothes of IPv6 is the same one. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** Where a connection began, as far as its own end knows: nothing behind a program's pipes. */
export const localAddress = (stream: Duplex): string | undefined => (stream as Duplex & { readonly localAddress?: string }).localAddress;

/**
 * Judges the address that the mailbox saw.
 * @param local our end of the connection; undefined when we stood on the edge's own host
 * @param edge all addresses that the edge and the mailbox have themselves
 * @returns what is wrong; nothing is said of an address that NAT may have made of ours
 */
export function misjudged(seen: string, local: string | undefined, edge: readonly string[]): string | undefined {
  const [one, ours] = [plain(seen), local === undefined ? undefined : plain(local)];
  if (one === ours) return undefined;
  // The edge's own host talks to the edge over loopback, and that is what it has to hand on.
  if (ours === undefined) return within(one, LOOPBACK) ? undefined : `the mailbox saw ${one}, and the edge's own host asked from loopback`;
  if (within(one, [...edge, ...LOOPBACK])) return `the mailbox saw ${one}, which is the edge's or its own, and not ${ours}`;
  const routed = isIP(ours) !== 0 && !within(ours, [...PRIVATE, ...LOOPBACK, "100.64.0.0/10"]);
  return routed && isIP(one) === isIP(ours) ? `the mailbox saw ${one}, and we came from ${ours}` : within(one, PRIVATE) && !within(ours, PRIVATE) ? `the mailbox saw ${one}, an address of some bridge or NAT, and we came from ${ours}` : undefined;
}
