import type { Lookup } from "../dns/resolver";

/** One property of a CAA record (RFC 8659 section 4.1). */
export interface CaaProperty {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}
/** The records that count for a name, and the name where they stand. */
export interface RelevantCaa {
  readonly at: string;
  readonly properties: readonly CaaProperty[];
}
/** Who wants a certificate, and how. */
export interface Applicant {
  /** the authority's own names (`caaIdentities` of its ACME directory, RFC 8555 section 7.1.1) */
  readonly identities: readonly string[];
  /** undefined: not known, or a different one */
  readonly account?: string;
  /** RFC 8657 section 4; undefined: any */
  readonly method?: string;
}

/** From the resolver's spelling, `0 issue "ca.example"`. */
export function caaProperty(text: string): CaaProperty {
  const [, flags, tag, value] = /^(\d+) (\S+) "(.*)"$/s.exec(text) ?? ["", "0", text, ""];
  return { critical: (Number(flags) & 128) !== 0, tag: tag.toLowerCase(), value };
}

/** RFC 8659 section 3: the name itself, then each name above it, until one has records. An alias is followed by the resolver. */
export async function relevantCaa(lookup: Lookup, name: string): Promise<RelevantCaa | undefined> {
  for (let at = name.replace(/^\*\./, ""); at !== ""; at = at.split(".").slice(1).join(".")) {
    const records = await lookup(at, "CAA");
    if (records.length > 0) return { at, properties: records.map(caaProperty) };
  }
  return undefined;
}

/** Properties that authorities understand (iana.org/assignments/pkix-parameters); a critical one beside these forbids everything. */
const UNDERSTOOD = ["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"];

interface Issuer {
  readonly domain: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 8659 section 4.2; a value that breaks its grammar allows nobody. */
function issuerOf(value: string): Issuer {
  const [domain, ...rest] = value.split(";").map((part) => part.trim());
  const parameters = rest.filter((part) => part !== "").map((part) => part.split(/\s*=\s*(.*)/s));
  const broken = parameters.some(([tag, text]) => !/^[A-Za-z0-9]+$/.test(tag) || text === undefined || !/^[\x21-\x3a\x3c-\x7e]*$/.test(text));
  return { domain: broken ? "" : domain.toLowerCase().replace(/\.$/, ""), parameters: new Map(parameters.map(([tag, text]) => [tag.toLowerCase(), text])) };
}

function refusal({ domain, parameters }: Issuer, { identities, account, method }: Applicant): string | undefined {
  if (!identities.includes(domain)) return `names ${domain === "" ? "nobody" : domain}, not ${identities.join(" or ")}`;
  const [pinned, methods] = [parameters.get("accounturi"), parameters.get("validationmethods")];
  if (pinned !== undefined && pinned !== account) return `is pinned to the account ${pinned}${account === undefined ? "" : `, and this one is ${account}`}`;
  if (methods !== undefined && method !== undefined && !methods.split(",").map((one) => one.trim()).includes(method)) return `allows the methods ${methods}, not ${method}`;
  return undefined;
}

/** Why these records forbid a certificate for the name; undefined when it may be issued (RFC 8659 sections 4.2, 4.3; RFC 8657). */
export function forbids(relevant: RelevantCaa | undefined, name: string, applicant: Applicant): string | undefined {
  if (relevant === undefined) return undefined;
  const { properties } = relevant;
  const strange = properties.find(({ critical, tag }) => critical && !UNDERSTOOD.includes(tag));
  if (strange !== undefined) return `has the critical property ${strange.tag}, which no authority understands`;
  const wild = properties.filter(({ tag }) => tag === "issuewild");
  const counting = name.startsWith("*.") && wild.length > 0 ? wild : properties.filter(({ tag }) => tag === "issue");
  if (counting.length === 0) return undefined;
  const refusals = counting.map(({ value }) => refusal(issuerOf(value), applicant));
  return refusals.includes(undefined) ? undefined : [...new Set(refusals)].join("; ");
}

/** The accounts that the records are pinned to. */
export const pinnedAccounts = (relevant: RelevantCaa | undefined): string[] =>
  (relevant?.properties ?? []).filter(({ tag }) => tag.startsWith("issue")).flatMap(({ value }) => issuerOf(value).parameters.get("accounturi") ?? []);
