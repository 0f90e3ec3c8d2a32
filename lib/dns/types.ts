import type { DnsRecord, WantedType } from "./records";

/** What only the running server knows; absent where it was not asked or did not say. */
export interface Known {
  readonly dkim?: readonly { readonly name: string; readonly text: string }[];
  /** URIs of its accounts with the certificate authority (RFC 8555 section 7.3) */
  readonly caaAccounts?: readonly string[];
  /** digest of the settings that it serves to clients */
  readonly autoConfig?: readonly { readonly name: string; readonly text: string }[];
  /** that it shows to other mail servers, PEM */
  readonly certificates?: readonly string[];
  /** why something is absent */
  readonly reasons?: Readonly<Partial<Record<"dkim" | "caaAccounts" | "certificates", string>>>;
}

/** A record that should be there, and whose value nobody knows yet. */
export interface Missing {
  readonly name: string;
  readonly type: WantedType;
  readonly what: "SPF" | "DKIM" | "CAA" | "TLSA" | "PACC" | "address";
  /** with what to do about it */
  readonly why: string;
}

/** A PTR record: set where the address is rented, not in our zones. */
export type Reverse = Extract<DnsRecord, { type: "PTR" }> & { readonly address: string };

export interface DnsPlan {
  /** of the mail host's own name and below it */
  readonly host: { readonly name: string; readonly records: readonly DnsRecord[] };
  readonly domains: readonly { readonly domain: string; readonly records: readonly DnsRecord[] }[];
  readonly reverse: readonly Reverse[];
  /** what speaks for this mail server even where no record is wanted; anything else there is too much */
  readonly owned: readonly { readonly name: string; readonly type: WantedType }[];
  readonly missing: readonly Missing[];
  /** changes that others remember: what to do in which order, and how long to wait */
  readonly transitions: readonly string[];
  /** worth a look, though nothing is missing */
  readonly notes: readonly string[];
  /** the MTA-STS policy that the mailbox serves (RFC 8461 section 3.2) */
  readonly mtaSts?: string;
  /** seconds */
  readonly ttl: number;
  /** resolves to an edge's tailnet address, which only the tailnet knows */
  readonly adminVhost?: { readonly name: string; readonly edges: readonly string[] };
}
