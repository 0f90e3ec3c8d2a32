import { isIPv4 } from "node:net";
import type { Deployment, Smarthost } from "../config";

/** By the end of a smarthost's name: the domain whose SPF record lists what it sends from, as its maker's documentation has it. */
const MAKERS: readonly (readonly [host: RegExp, include: string])[] = [
  [/(^|\.)amazonaws\.com$/, "amazonses.com"],
  [/(^|\.)sendgrid\.net$/, "sendgrid.net"],
  [/(^|\.)mailgun\.org$/, "mailgun.org"],
  [/(^|\.)postmarkapp\.com$/, "spf.mtasv.net"],
  [/(^|\.)mailjet\.com$/, "spf.mailjet.com"],
  [/(^|\.)smtp2go\.com$/, "spf.smtp2go.com"],
  [/(^|\.)(gmail|google)\.com$/, "_spf.google.com"],
  [/(^|\.)office365\.com$/, "spf.protection.outlook.com"],
  [/(^|\.)fastmail\.com$/, "spf.messagingengine.com"],
  [/(^|\.)migadu\.com$/, "spf.migadu.com"],
];

export interface Spf {
  /** mechanisms that let somebody send; absent where nobody knows from where mail leaves */
  readonly terms?: readonly string[];
  readonly owner: "mailbox" | "smarthost";
  /** what is missing, or what a person should look at */
  readonly note?: string;
}

const ofAddress = (address: string): string => `${address.includes(":") ? "ip6" : "ip4"}:${address}`;

function ofSmarthost({ host }: Smarthost): Pick<Spf, "terms" | "note"> {
  if (isIPv4(host)) return { terms: [`ip4:${host}`] };
  const maker = MAKERS.find(([name]) => name.test(host));
  if (maker !== undefined) return { terms: [`include:${maker[1]}`] };
  return { terms: [`a:${host}`], note: `SPF names ${host} by its own addresses, and most smarthosts send from others: write what its maker asks for into DNS_SPF_ALSO, like include:spf.example.net` };
}

/**
 * Who sends for the domains. A smarthost does, or else the mailbox over its own internet connection: the edge only takes
 * mail in, so neither `mx` nor `a` is right.
 */
export function spfOf({ mailbox: { smarthost }, dns }: Pick<Deployment, "mailbox" | "dns">): Spf {
  const direct = (dns.egress ?? []).map(ofAddress);
  const owner = smarthost === undefined ? "mailbox" : "smarthost";
  if (dns.spfAlso !== undefined) return { terms: [...direct, ...dns.spfAlso], owner };
  if (smarthost !== undefined) {
    const { terms = [], note } = ofSmarthost(smarthost);
    return { terms: [...direct, ...terms], owner, note };
  }
  if (direct.length > 0) return { terms: direct, owner };
  return { owner, note: "mail leaves direct from the mailbox, and nobody said with which address: set MAIL_EGRESS to what the mailbox's host has on the internet (curl -4 https://icanhazip.com there), not to the edge's" };
}

/** RFC 7208 section 4.5 and 5.1. */
export const spfText = (terms: readonly string[], all: "softfail" | "fail"): string => ["v=spf1", ...terms, all === "fail" ? "-all" : "~all"].join(" ");

export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);

/** RFC 7208 section 4.6.4: more look-ups, and receivers give up on the whole record. */
export const MOST_LOOKUPS = 10;
/** RFC 7208 section 3.4: longer, and the answer may not fit into one packet. */
export const MOST_BYTES = 450;
