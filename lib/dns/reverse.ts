import { isIPv4 } from "node:net";

/** All 32 hexadecimal digits of an IPv6 address. */
function digits(address: string): string {
  // The URL parser writes every form, also one that ends in an IPv4 address, as groups with at most one "::" (RFC 5952).
  const [head, tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string | undefined): string[] => (text ? text.split(":").map((group) => group.padStart(4, "0")) : []);
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0000"), ...after].join("");
}

/** The name that holds an address' PTR record (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(address: string): string {
  if (isIPv4(address)) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  return `${[...digits(address)].reverse().join(".")}.ip6.arpa`;
}
