import { BlockList, isIP } from "node:net";

/** `tag:x:25,465` is the ports 25 and 465 of tag:x; an IPv6 address may be in brackets. */
export function destinationOf(text: string): { host: string; ports: string } {
  const at = text.lastIndexOf(":");
  return { host: text.slice(0, at).replace(/^\[(.*)\]$/, "$1"), ports: text.slice(at + 1) };
}

/** Whether a list of ports, ranges or `*` has a port in it. */
export const coversPort = (ports: string, port: number): boolean =>
  ports.split(",").some((item) => {
    const [, first, last] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(item) ?? [];
    return item.trim() === "*" || (first !== undefined && Number(first) <= port && port <= Number(last ?? first));
  });

/** The addresses that Tailscale and Headscale give to nodes. */
const TAILNET = [
  ["100.64.0.0", "100.127.255.255", "ipv4"],
  ["fd7a:115c:a1e0::", "fd7a:115c:a1e0:ffff:ffff:ffff:ffff:ffff", "ipv6"],
] as const;

/** Whether a range of addresses is the whole tailnet, or more. */
function coversTailnet(range: string): boolean {
  const [address, bits] = range.split("/");
  const family = isIP(address);
  if (family === 0 || !/^\d+$/.test(bits ?? "") || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return TAILNET.some(([first, last, kind]) => kind === `ipv${family}` && list.check(first, kind) && list.check(last, kind));
}

/** Whether a destination of a rule is, or has in it, the nodes with a tag. */
export const coversTag = (host: string, tag: string): boolean => ["*", "autogroup:tagged", tag].includes(host) || coversTailnet(host);

/** Sources that are everybody, or all tagged nodes. */
export const EVERYBODY = ["*", "autogroup:danger-all", "autogroup:tagged"];

/** Whether a source or destination has every node of the tailnet, or every tagged one, in it. */
export const isEverybody = (host: string): boolean => EVERYBODY.includes(host) || coversTailnet(host);

/** autogroup:member has an older name. */
const currentName = (source: string): string => (source === "autogroup:members" ? "autogroup:member" : source);

/** Groups of people, all of them in autogroup:member. */
const ROLES = ["autogroup:admin", "autogroup:owner", "autogroup:it-admin", "autogroup:network-admin", "autogroup:billing-admin", "autogroup:auditor"];

/** Whether a source has a tag or a user in it; "maybe" where only the control server knows who has a role. */
export function sourceHolds(given: string, who: string, groups: Readonly<Record<string, readonly string[]>>): "yes" | "no" | "maybe" {
  const source = currentName(given);
  if ([who, "*", "autogroup:danger-all"].includes(source) || coversTailnet(source)) return "yes";
  if (who.startsWith("tag:")) return source === "autogroup:tagged" ? "yes" : "no";
  if (source === "autogroup:member" || groups[source]?.includes(who)) return "yes";
  return ROLES.includes(source) ? "maybe" : "no";
}

/** Whether a source is among those that are allowed anyway. */
export function withinSource(given: string, anyway: readonly string[]): boolean {
  const [source, allowed] = [currentName(given), anyway.map(currentName)];
  if (allowed.includes(source) || allowed.includes("*")) return true;
  const person = /^(?:group:.|[^:]+@)/.test(source) || ROLES.includes(source);
  return person && allowed.includes("autogroup:member");
}
