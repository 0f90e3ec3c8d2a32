import { isIP, isIPv4 } from "node:net";
import { domainToASCII } from "node:url";
import { ipv4, ipv6, isPrivateAddress, isTailnetAddress } from "./addresses";
import { isName } from "./names";
import { readWith, reading, refuse, type ValueType } from "./reading";
import { port, wholeNumber } from "./words";

/** A public address, or a network of them with its prefix length: what `ip4:` and `ip6:` of SPF take (RFC 7208 section 5.6). */
export const egress: ValueType<string> = reading((text) => {
  const [bare, bits, ...more] = text.split("/");
  if (more.length > 0 || isIP(bare) === 0) return refuse("write an address like 203.0.113.10, or a network like 2001:db8:0:1::/64");
  if (isPrivateAddress(bare)) return refuse("this is a private address, which no other server sees; write the public one");
  const address = readWith(isIPv4(bare) ? ipv4 : ipv6, bare);
  return bits === undefined ? address : `${address}/${readWith(wholeNumber(8, isIPv4(bare) ? 32 : 128), bits)}`;
});

/** A name server: its address, with a port where it is not 53. Loopback passes: a name server may run here. */
export const nameServer: ValueType<string> = reading((text) => {
  if (isIP(text) !== 0) return text;
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? "";
  if (match === null || isIP(address) !== (match[1] === undefined ? 4 : 6)) return refuse("write its address, with a port as 127.0.0.1:5353 or [::1]:5353");
  return `${match[1] === undefined ? address : `[${address}]`}:${readWith(port, match[3])}`;
});

/** An address that takes mail; an international domain becomes its ASCII form. What a mailto URI would quote is refused (RFC 6068). */
export const mailAddress: ValueType<string> = reading((text) => {
  const at = text.lastIndexOf("@");
  const [local, host] = [text.slice(0, Math.max(at, 0)), domainToASCII(text.slice(at + 1))];
  if (text.startsWith("mailto:")) return refuse("leave out mailto:");
  if (at < 1 || !/^[A-Za-z0-9._+-]+$/.test(local) || !isName(host) || !host.includes(".")) return refuse("write an address like dmarc@example.org");
  return isTailnetAddress(host) ? refuse("write an address like dmarc@example.org") : `${local}@${host}`;
});

const TERM = /^(?:(?:include|exists):(?<named>.+)|(?:a|mx)(?::(?<host>[^/]+))?(?:\/\d{1,2})?(?:\/\/\d{1,3})?|ip[46]:(?<address>.+))$/;

/** A mechanism of SPF that lets somebody send (RFC 7208 section 5); `all` and `redirect` are not ours to add, `ptr` is not to be used. */
export const spfTerm: ValueType<string> = reading((text) => {
  const lower = text.toLowerCase().replace(/^\+/, "");
  if (/^[-~?]/.test(text)) return refuse("write it without a sign before it; what is listed may send");
  if (/all$/.test(lower) && lower.length <= 4) return refuse("the end of the record is DNS_SPF_ALL's business");
  if (/^v=spf1/.test(lower)) return refuse("write the mechanisms only, without v=spf1");
  if (lower.startsWith("ptr")) return refuse("ptr is slow and not to be used (RFC 7208 section 5.5); write ip4:, ip6:, a: or include:");
  const groups = TERM.exec(lower)?.groups;
  if (groups === undefined) return refuse("write include:name, a:name, mx, ip4:address, ip6:address or exists:name");
  const { named = groups.host, address } = groups;
  if (named !== undefined && !named.includes("%{") && !named.split(".").every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$/.test(label))) return refuse(`"${named}" is no name`);
  if (address !== undefined && isIP(address.split("/")[0]) !== Number(lower[2])) return refuse(`"${address}" is no address of that kind`);
  return lower;
});
