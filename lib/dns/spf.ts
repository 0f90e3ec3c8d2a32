import { isIP, isIPv4 } from "node:net";
import type { Deployment, Smarthost } from "../config";
import { isNowhere, isPrivateAddress } from "../config/values";

/**
 * By a smarthost's name: the domain whose SPF record lists what it sends from, as its provider's documentation has it. Whole
 * names only: other hosts below a provider's domain are its customers' machines.
 */
const PROVIDERS: readonly (readonly [host: RegExp, include: string])[] = [
  [/^email-smtp(-fips)?\.[a-z0-9-]+\.amazonaws\.com$/, "amazonses.com"],
  [/^smtp(\.[a-z]+)?\.sendgrid\.net$/, "sendgrid.net"],
  [/^smtp(\.[a-z]+)?\.mailgun\.org$/, "mailgun.org"],
  [/^smtp(-broadcasts)?\.postmarkapp\.com$/, "spf.mtasv.net"],
  [/^in(-v\d+)?\.mailjet\.com$/, "spf.mailjet.com"],
  [/^mail(-[a-z]+)?(\.[a-z]+)?\.smtp2go\.com$/, "spf.smtp2go.com"],
  [/^smtp(-relay)?\.(gmail|google)\.com$/, "_spf.google.com"],
  [/^smtp\.office365\.com$|^[a-z0-9-]+\.mail\.protection\.outlook\.com$/, "spf.protection.outlook.com"],
  [/^smtp(s)?\.fastmail\.com$|^smtp\.messagingengine\.com$/, "spf.messagingengine.com"],
  [/^smtp\.migadu\.com$/, "spf.migadu.com"],
];

/** Top-level names that no public resolver has (RFC 6761, RFC 6762, RFC 8375, ICANN's private-use `internal`), and MagicDNS. */
const LOCAL_ONLY = /(^|\.)(local|localhost|localdomain|internal|intranet|lan|home|corp|private|home\.arpa|onion|invalid|ts\.net)$/;

export interface Spf {
  /** mechanisms that let somebody send; absent where nobody knows from where mail leaves */
  readonly terms?: readonly string[];
  readonly owner: "mailbox" | "smarthost";
  /** what is missing, or what a person should look at */
  readonly note?: string;
}

function ofAddress(address: string): string {
  if (isIP(address.split("/")[0]) === 0) return `a:${address}`;
  return `${address.includes(":") ? "ip6" : "ip4"}:${address}`;
}

/** Of which the world can be told, and the mechanism that does it; or why not. */
function ofSmarthost({ host }: Smarthost, tailnet: string): Pick<Spf, "terms" | "note"> {
  const unpublished = (what: string): Pick<Spf, "terms" | "note"> => ({
    note: `mail leaves through the smarthost ${host}, ${what}: say from which public addresses it goes on, in MAIL_EGRESS, or in DNS_SPF_ALSO what its provider asks for`,
  });
  if (isIPv4(host)) return isPrivateAddress(host) || isNowhere(host) ? unpublished("a private address, which no other server sees") : { terms: [`ip4:${host}`] };
  if (!host.includes(".")) return unpublished("a name without a dot, which other servers cannot look up");
  if (LOCAL_ONLY.test(host) || host === tailnet || host.endsWith(`.${tailnet}`)) return unpublished("a name that only your own network knows");
  const provider = PROVIDERS.find(([name]) => name.test(host));
  if (provider !== undefined) return { terms: [`include:${provider[1]}`] };
  return { terms: [`a:${host}`], note: `SPF names ${host} by its own addresses, and most smarthosts send from others: write what its provider asks for into DNS_SPF_ALSO, like include:spf.example.net` };
}

/** Whether a term is the smarthost's own word on what it sends from: a name under the domain that its host is under. */
function speaksFor({ host }: Smarthost, term: string): boolean {
  const [, named = ""] = /^(?:include|a|mx|exists):([^/]+)/.exec(term) ?? [];
  const parent = host.split(".").slice(1).join(".");
  // Under co.uk and the like stands everybody.
  if (isIPv4(host) || !parent.includes(".") || /^[a-z]{2,3}\.[a-z]{2}$/.test(parent)) return named === host;
  return named === parent || named.endsWith(`.${parent}`);
}

const NO_EGRESS =
  "mail leaves direct from the mailbox, and nobody said with which address: set MAIL_EGRESS to what the mailbox's host has on the internet " +
  "(curl -4 https://icanhazip.com there), not to the edge's";

/**
 * Who sends for the domains: the smarthost, or else the mailbox over its own internet connection; and whoever else is named. The
 * edge only takes mail in, so neither `mx` nor `a` is right. Everything that sends is in, or there is no record.
 */
export function spfOf({ mailbox: { smarthost }, dns, tailnet }: Pick<Deployment, "mailbox" | "dns" | "tailnet">): Spf {
  const [direct, also] = [(dns.egress ?? []).map(ofAddress), dns.spfAlso ?? []];
  const all = (...terms: readonly string[]): string[] => [...new Set([...direct, ...terms, ...also])];
  if (smarthost === undefined) return direct.length > 0 ? { terms: all(), owner: "mailbox" } : { owner: "mailbox", note: NO_EGRESS };
  const owner = "smarthost";
  const { terms, note } = ofSmarthost(smarthost, tailnet.name);
  if (terms === undefined) return direct.length + also.length > 0 ? { terms: all(), owner } : { owner, note };
  // A provider's include: is known to be right; a host's own addresses are a guess, and its own word is better.
  if (note !== undefined && also.some((term) => speaksFor(smarthost, term))) return { terms: all(), owner };
  return { terms: all(...terms), owner, note };
}

/** RFC 7208 section 4.5 and 5.1. */
export const spfText = (terms: readonly string[], all: "softfail" | "fail"): string => ["v=spf1", ...terms, all === "fail" ? "-all" : "~all"].join(" ");

export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);

/** RFC 7208 section 4.6.4: more look-ups, and receivers give up on the whole record. */
export const MOST_LOOKUPS = 10;
/** RFC 7208 section 3.4: longer, and the answer may not fit into one packet. */
export const MOST_BYTES = 450;
