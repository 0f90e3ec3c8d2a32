import { BlockList, isIP } from "node:net";
import type { Shell } from "./ground";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether an address is one of these, or inside one of these networks (`192.0.2.0/24`). What is neither is passed over. */
export function within(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [start, bits] = range.split("/");
    if (isIP(start) === 0) continue;
    if (bits === undefined) list.addAddress(start, family(start));
    else list.addSubnet(start, Number(bits), family(start));
  }
  return isIP(address) !== 0 && list.check(address, family(address));
}

export const LOOPBACK = ["127.0.0.0/8", "::1"] as const;
/** RFC 6598, and Tailscale's part of RFC 4193 (tailscale.com/kb/1015): what a node has on the tailnet. */
export const TAILNET = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"] as const;
/** RFC 1918 and RFC 4193: what NAT hides behind another address. */
export const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "169.254.0.0/16", "fe80::/10"] as const;

/** Its own IPv4 addresses, from the kernel's table of routes: needs no program but cat. */
export function ownAddresses(fibTrie: string): string[] {
  const found = [...fibTrie.matchAll(/\|-- (\d+\.\d+\.\d+\.\d+)\n\s+\/32 host LOCAL/g)].map(([, address]) => address);
  return [...new Set(found)];
}

/** IPv4 addresses in what getent or nslookup prints; of nslookup's without the server's own. */
export function looked(text: string): string[] {
  const answer = /^Name:/m.test(text) ? text.slice(text.search(/^Name:/m)) : text;
  const lines = /^Server:/m.test(text) && answer === text ? [] : answer.split("\n");
  return [...new Set(lines.flatMap((line) => /^(?:Address(?: \d+)?:\s*)?(\d+\.\d+\.\d+\.\d+)(?:\s|$)/.exec(line.trim())?.[1] ?? []))];
}

const LOOK_UP = 'getent ahostsv4 "$1" 2>/dev/null || getent hosts "$1" 2>/dev/null || /bin/busybox nslookup "$1" 2>/dev/null';

/** What a name is where the shell stands; none when nobody there knows it. */
export const lookedUpIn = async (shell: Pick<Shell, "exec">, name: string): Promise<string[]> => looked((await shell.exec(["/bin/sh", "-c", LOOK_UP, "sh", name], { seconds: 15 })).stdout);
