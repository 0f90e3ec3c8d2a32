import { isIP, isIPv4 } from "node:net";

/** A term of an SPF record as the grammar has it (RFC 7208 section 12), in one spelling: lower case, no `+`, no length that is the default. */
export interface SpfTerm {
  readonly qualifier: "+" | "-" | "~" | "?";
  /** such as `ip4:203.0.113.0/24`, `include:spf.example.net`, `all` */
  readonly mechanism: string;
}

export interface SpfRecord {
  readonly terms: readonly SpfTerm[];
  /** counts only where the record has no `all` (RFC 7208 section 6.1) */
  readonly redirect?: string;
}

const MECHANISM = /^([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]*(?:%\{[^}]*\}[^/]*)*))?(\/.*)?$/;
const MODIFIER = /^([a-z][a-z0-9_.-]*)=(.*)$/;
const LENGTHS = /^(?:\/(0|[1-9]\d{0,2}))?(?:\/\/(0|[1-9]\d{0,2}))?$/;

/** The first address of a network, as 32 or 128 bits. */
function networkOf(address: string, bits: number): string {
  const groups = isIPv4(address) ? address.split(".").map(Number) : groupsOf(address);
  const width = isIPv4(address) ? 8 : 16;
  const masked = groups.map((group, index) => {
    const kept = Math.max(0, Math.min(width, bits - index * width));
    return group & ((0xffff << (width - kept)) & ((1 << width) - 1));
  });
  return isIPv4(address) ? masked.join(".") : new URL(`http://[${masked.map((one) => one.toString(16)).join(":")}]`).hostname.slice(1, -1);
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head, tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const read = (text: string | undefined): number[] => (text ? text.split(":").map((one) => parseInt(one, 16)) : []);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function address(name: string, value: string, tail: string): string | undefined {
  const family = name === "ip4" ? 4 : 6;
  const most = family === 4 ? 32 : 128;
  const [, bits = String(most)] = /^\/(0|[1-9]\d{0,2})$/.exec(tail) ?? [];
  if (isIP(value) !== family || value.includes("%") || Number(bits) > most || (tail !== "" && !/^\/(0|[1-9]\d{0,2})$/.test(tail))) return undefined;
  return `${name}:${networkOf(value, Number(bits))}${Number(bits) === most ? "" : `/${bits}`}`;
}

/** One mechanism in its one spelling; undefined where the grammar does not have it. */
function mechanismOf(name: string, value: string | undefined, tail: string, domain: string | undefined): string | undefined {
  if (name === "all") return value === undefined && tail === "" ? name : undefined;
  if (name === "ip4" || name === "ip6") {
    // The value of ip6 has colons, and the pattern takes them along.
    return value === undefined ? undefined : address(name, value, tail);
  }
  const host = value?.replace(/\.$/, "");
  if (host === "") return undefined;
  if (name === "include" || name === "exists") return host !== undefined && tail === "" ? `${name}:${host}` : undefined;
  if (name === "ptr") return tail === "" ? `ptr${host === undefined ? "" : `:${host}`}` : undefined;
  const [whole, four = "32", six = "128"] = LENGTHS.exec(tail) ?? [];
  if (whole === undefined || Number(four) > 32 || Number(six) > 128) return undefined;
  const named = host === undefined || host === domain ? "" : `:${host}`;
  return `${name}${named}${four === "32" ? "" : `/${four}`}${six === "128" ? "" : `//${six}`}`;
}

/**
 * Reads an SPF record.
 * @param domain where it stands: `a:one.test` at one.test is the same as `a`
 * @returns undefined for what receivers call a permanent error (RFC 7208 section 4.6)
 */
export function readSpf(text: string, domain?: string): SpfRecord | undefined {
  const [version, ...words] = text.trim().toLowerCase().split(/ +/);
  if (version !== "v=spf1") return undefined;
  const terms: SpfTerm[] = [];
  const modifiers = new Map<string, string>();
  for (const word of words) {
    const [, sign, name, value, tail = ""] = MECHANISM.exec(word) ?? [];
    const mechanism = name === undefined ? undefined : mechanismOf(name, value, tail, domain);
    const [, modifier, content = ""] = mechanism === undefined ? (MODIFIER.exec(word) ?? []) : [];
    if (mechanism !== undefined) terms.push({ qualifier: (sign || "+") as SpfTerm["qualifier"], mechanism });
    else if (modifier === undefined || (["redirect", "exp"].includes(modifier) && modifiers.has(modifier))) return undefined;
    else modifiers.set(modifier, content.replace(/\.$/, ""));
  }
  return { terms, ...(modifiers.has("redirect") ? { redirect: modifiers.get("redirect") } : {}) };
}

/** What a record says, in one spelling: neighbours with one sign in any order, each once, nothing behind `all`, no explanation. */
export function spfMeaning(text: string, domain?: string): string | undefined {
  const record = readSpf(text, domain);
  if (record === undefined) return undefined;
  const end = record.terms.findIndex(({ mechanism }) => mechanism === "all");
  const groups: { qualifier: string; mechanisms: Set<string> }[] = [];
  for (const { qualifier, mechanism } of end === -1 ? record.terms : record.terms.slice(0, end)) {
    if (groups.some(({ mechanisms }) => mechanisms.has(mechanism))) continue;
    const last = groups.at(-1);
    if (last?.qualifier === qualifier) last.mechanisms.add(mechanism);
    else groups.push({ qualifier, mechanisms: new Set([mechanism]) });
  }
  const said = groups.flatMap(({ qualifier, mechanisms }) => [...mechanisms].sort().map((one) => qualifier + one));
  const otherwise = end === -1 ? (record.redirect === undefined ? "?all" : `redirect=${record.redirect}`) : `${record.terms[end].qualifier}all`;
  return [...said, otherwise].join(" ");
}
