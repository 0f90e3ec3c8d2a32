import { BlockList, isIPv4, isIPv6 } from "node:net";
import { IP_CHANGES, isName } from "./names";
import { readWith, reading, refuse, type ValueType } from "./reading";
import { port } from "./words";

const listOf = (...nets: readonly (readonly [string, number, "ipv4" | "ipv6"])[]): BlockList => {
  const list = new BlockList();
  for (const [net, prefix, family] of nets) list.addSubnet(net, prefix, family);
  return list;
};

/** Where Tailscale and Headscale put their nodes: CGNAT space (RFC 6598) and Tailscale's ULA prefix. */
const TAILNET = listOf(["100.64.0.0", 10, "ipv4"], ["fd7a:115c:a1e0::", 48, "ipv6"]);
/** Addresses that belong to no single machine on any network: this host, link-local, multicast (RFC 6890). */
const NOWHERE = listOf(
  ["0.0.0.0", 8, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
);
/** RFC 1918 and RFC 4193 */
const PRIVATE = listOf(["10.0.0.0", 8, "ipv4"], ["172.16.0.0", 12, "ipv4"], ["192.168.0.0", 16, "ipv4"], ["fc00::", 7, "ipv6"]);
const isIn = (list: BlockList) => (address: string): boolean =>
  isIPv4(address) ? list.check(address, "ipv4") : isIPv6(address) && list.check(address, "ipv6");

export const isTailnetAddress = isIn(TAILNET);
export const isPrivateAddress = isIn(PRIVATE);
// BlockList takes an IPv4 address and its IPv4-mapped form (RFC 4291 section 2.5.5.2) for the same, so that form is no entry of the list.
export const isNowhere = (address: string): boolean => isIn(NOWHERE)(address) || address.startsWith("::ffff:");

/** One spelling for one IPv6 address (RFC 5952), so that equal ones are seen to be equal. */
const canonical = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

const publicOnly = (address: string): string => {
  if (isTailnetAddress(address)) return refuse("this is the tailnet's address of a node; write the public one");
  return isNowhere(address) ? refuse("the world cannot reach this address; write the public one") : address;
};

/** A public address of a machine. Private ones pass here: a warning comes later. */
export const ipv4: ValueType<string> = reading((text) => {
  if (isIPv6(text)) return refuse("this is an IPv6 address");
  return isIPv4(text) ? publicOnly(text) : refuse("write four numbers like 203.0.113.10");
});
export const ipv6: ValueType<string> = reading((text) => {
  if (isIPv4(text)) return refuse("this is an IPv4 address");
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  return isIPv6(bare) && !bare.includes("%") ? publicOnly(canonical(bare)) : refuse("write an address like 2001:db8::10");
});

/** An address that the world dials: no private one either. */
export const publicIpv4: ValueType<string> = reading((text) => {
  const address = readWith(ipv4, text);
  return isPrivateAddress(address) ? refuse("this is a private address, which the world cannot dial; write the router's public one") : address;
});

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const scheme = (text: string): string | undefined => /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];

/** `host:port`, `[v6]:port`. */
export const hostPort: ValueType<HostPort> = reading((text) => {
  const url = scheme(text);
  if (url) return refuse(`leave out ${url}; write host:port, for example 127.0.0.1:8443`);
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text);
  if (!match) return refuse("write host:port, for example 127.0.0.1:8443");
  const host = (match[1] ?? match[2]).toLowerCase();
  const fits = match[1] === undefined ? isIPv4(host) || (isName(host) && !/^\d+$/.test(host)) : isIPv6(host) && !host.includes("%");
  if (!fits) return refuse(`"${host}" is no host name or address`);
  if (isTailnetAddress(host)) return refuse(IP_CHANGES);
  return { host: match[1] === undefined ? host : canonical(host), port: readWith(port, match[3]) };
});

/** A host name or IPv4 address with an optional port; the default depends on the service. */
export const hostMaybePort: ValueType<{ readonly host: string; readonly port?: number }> = reading((text) => {
  const url = scheme(text);
  if (url) return refuse(`leave out ${url}; write host or host:port`);
  const [host, portText, ...more] = text.toLowerCase().split(":");
  if (more.length > 0) return refuse("write host or host:port, by name or IPv4 address");
  if (host.includes("@")) return refuse("leave out the user; it has a variable of its own");
  if (isTailnetAddress(host)) return refuse(IP_CHANGES);
  if (!isIPv4(host) && (!isName(host) || /^\d+$/.test(host))) return refuse("write a host name like smtp.example.net");
  return { host, ...(portText === undefined ? {} : { port: readWith(port, portText) }) };
});
