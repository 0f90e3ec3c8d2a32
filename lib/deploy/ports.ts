/** A TCP socket that listens. */
export interface ListeningSocket {
  readonly port: number;
  /** as the kernel writes it; `0.0.0.0` and `::` are every address */
  readonly address: string;
  readonly inode: string;
}

const LISTEN = "0A";

/** IPv4 as four bytes in the host's order, IPv6 as four words of that kind (Linux, proc_pid_net(5)). */
function addressOf(hex: string): string {
  const word = (text: string): number[] => [6, 4, 2, 0].map((at) => parseInt(text.slice(at, at + 2), 16));
  if (hex.length === 8) return word(hex).join(".");
  const bytes = [0, 8, 16, 24].flatMap((at) => word(hex.slice(at, at + 8)));
  if (bytes.every((byte) => byte === 0)) return "::";
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] << 8) | bytes[2 * index + 1]).toString(16));
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
}

/** Reads what /proc/net/tcp and /proc/net/tcp6 say, one after the other. */
export function listeningSockets(text: string): ListeningSocket[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    if (state !== LISTEN || local === undefined) return [];
    const [hex, port] = local.split(":");
    return [{ port: parseInt(port, 16), address: addressOf(hex), inode: fields[9] }];
  });
}

/** Inodes of the sockets that processes hold, from what `ls -l /proc/…/fd` prints. */
export const heldInodes = (text: string): Set<string> => new Set([...text.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));

/** Sockets of others on the ports that we want. */
export const takenPorts = (sockets: readonly ListeningSocket[], wanted: readonly number[], ours: ReadonlySet<string>): ListeningSocket[] =>
  sockets.filter(({ port, inode }) => wanted.includes(port) && !ours.has(inode));
