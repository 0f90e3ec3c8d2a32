import { isIP, isIPv4 } from "node:net";
import { domainToASCII } from "node:url";
import { ipv4, ipv6, isPrivateAddress, isTailnetAddress } from "./addresses";
import { domain, isName, looksLikeIP } from "./names";
import { readWith, reading, refuse, type ValueType } from "./reading";
import { port, wholeNumber } from "./words";

/**
 * A public address, or a network of them with its prefix length: what `ip4:` and `ip6:` of SPF take (RFC 7208 section 5.6). Or a
 * host name that leads to such an address, where it changes.
 */
export const egress: ValueType<string> = reading((text) => {
  const [bare, bits, ...more] = text.split("/");
  if (/^(?!\d+(\.\d+)*$)[^:/]+\.[^:/]+$/.test(text)) return readWith(domain, text);
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

/** Labels of a name as DNS has them: an underscore may begin one (RFC 8552). */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$/;
/** A macro of RFC 7208 section 7.1. */
const MACRO = /%(\{[slodiphcrtv]\d*r?[.\-+,/_=]*\}|%|_|-)/gi;
/** A network shorter than these belongs to nobody in particular: the record would let strangers send. */
const LEAST_BITS = { ip4: 8, ip6: 16 } as const;

/** The name in a term: a domain of at least two labels with a top one that is not a number, or macros (RFC 7208 section 7.1, domain-spec). */
function spfName(name: string, term: string): string {
  if (looksLikeIP(name)) return refuse(`${term}: takes a name, and ${name} is an address; write ${isIP(name) === 6 ? "ip6" : "ip4"}:${name}`);
  const plain = name.replace(MACRO, "m").replace(/\.$/, "");
  if (plain.includes("%") || plain.length > 253 || !plain.split(".").every((label) => LABEL.test(label))) return refuse(`"${name}" is no name`);
  const ends = /(^|[^%])%\{[^}]*\}$/.test(name);
  if (!ends && !plain.includes(".")) return refuse(`"${name}" has no dot, and other servers cannot look it up; write the whole name`);
  return !ends && /\.\d+$/.test(plain) ? refuse(`"${name}" is no name`) : name.replace(/\.$/, "");
}

/** A prefix length as the grammar has it, without a zero before it. */
function bitsOf(text: string | undefined, family: keyof typeof LEAST_BITS, term: string): string {
  if (text === undefined) return "";
  const most = family === "ip4" ? 32 : 128;
  if (!/^(0|[1-9]\d{0,2})$/.test(text) || Number(text) > most) return refuse(`/${text} is no prefix length of ${family}; write a number from ${LEAST_BITS[family]} to ${most}`);
  return Number(text) < LEAST_BITS[family] ? refuse(`${term} lets half the world send (/${text}); write a prefix length from ${LEAST_BITS[family]}`) : text;
}

function addressTerm(family: keyof typeof LEAST_BITS, text: string): string {
  const [address, bits, ...more] = text.split("/");
  if (more.length > 0 || isIP(address) !== Number(family[2]) || address.includes("%")) return refuse(`"${text}" is no address of that kind`);
  if (isPrivateAddress(address)) return refuse(`${address} is a private address, which no other server sees; write the public one`);
  const length = bitsOf(bits, family, `${family}:${text}`);
  return `${family}:${readWith(family === "ip4" ? ipv4 : ipv6, address)}${length === "" ? "" : `/${length}`}`;
}

/** A mechanism of SPF that lets somebody send, by the grammar (RFC 7208 sections 5 and 12); `all` and `redirect` are not ours to add, `ptr` is not to be used. */
export const spfTerm: ValueType<string> = reading((text) => {
  const lower = text.toLowerCase().replace(/^\+/, "");
  if (/^[-~?]/.test(text)) return refuse("write it without a sign before it; what is listed may send");
  if (/all$/.test(lower) && lower.length <= 4) return refuse("the end of the record is DNS_SPF_ALL's business");
  if (/^v=spf1/.test(lower)) return refuse("write the mechanisms only, without v=spf1");
  if (/^ptr\b/.test(lower)) return refuse("ptr is slow and not to be used (RFC 7208 section 5.5); write ip4:, ip6:, a: or include:");
  const [, family, address] = /^(ip[46]):(.+)$/.exec(lower) ?? [];
  if (address !== undefined) return addressTerm(family as "ip4" | "ip6", address);
  const [, named, name] = /^(include|exists):(.+)$/.exec(lower) ?? [];
  if (name !== undefined) {
    if (named === "exists" && !name.includes("%{")) return refuse("exists: without a macro like %{i} lets everybody send");
    return `${named}:${spfName(name, named)}`;
  }
  const match = /^(a|mx)(?::([^/]+))?(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(lower);
  if (match === null) return refuse("write include:name, a:name, mx, ip4:address, ip6:address or exists:name");
  const [, term, host, bits4, bits6] = match;
  const [four, six] = [bitsOf(bits4, "ip4", lower), bitsOf(bits6, "ip6", lower)];
  return `${term}${host === undefined ? "" : `:${spfName(host, term)}`}${four && `/${four}`}${six && `//${six}`}`;
});
