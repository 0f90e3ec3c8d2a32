import type { DnsRecord, WantedType } from "./records";
import { dataOf } from "./records";
import type { Lookup } from "./resolver";
import { isSpf } from "./spf";
import { spfMeaning } from "./spf-record";
import { dkimMeaning, dmarcDoes, tlsReportDoes } from "./tag-list";
import type { DnsPlan } from "./types";
import type { Zone } from "./zones";

/** One record that is not as it should be. */
export interface Finding {
  readonly kind: "missing" | "different" | "extra";
  readonly name: string;
  readonly type: WantedType | "CNAME";
  readonly wanted?: string;
  readonly live?: string;
  /** where the values do not say it */
  readonly why?: string;
}

export interface Compared {
  readonly findings: readonly Finding[];
  /** questions that got no answer, each in one line */
  readonly unanswered: readonly string[];
}

/** What kind of text it is, by its beginning; a domain has texts of others too. */
function kindOf(text: string): string | undefined {
  if (isSpf(text)) return "v=spf1";
  return /^v\s*=\s*(DMARC1|STSv1|TLSRPTv1|DKIM1|UAAC1)\b/.exec(text.trim())?.[1].replace(/^/, "v=");
}
/** At these names every text is of one kind; others' stand beside ours elsewhere. */
const kindAt = (name: string, wanted: readonly string[]): string | undefined => {
  if (wanted.length > 0) return kindOf(wanted[0]);
  if (name.startsWith("_dmarc.")) return "v=DMARC1";
  if (name.startsWith("_mta-sts.")) return "v=STSv1";
  return name.startsWith("_smtp._tls.") ? "v=TLSRPTv1" : "v=spf1";
};

/** A CAA value: parameters in any order, methods in any order, blanks nowhere (RFC 8659 section 4.2, RFC 8657 section 4). */
function caaMeaning(data: string): string {
  const [, flags = "", tag = "", value = ""] = /^(\d+) (\w+) "(.*)"$/s.exec(data) ?? [];
  const [issuer = "", ...parameters] = value.split(";").map((part) => part.trim().replace(/\s*=\s*/, "="));
  const methods = (one: string): string => one.replace(/^(validationmethods=)(.*)$/, (_all, name: string, list: string) => name + list.split(",").sort().join());
  return `${flags} ${tag.toLowerCase()} ${[issuer.toLowerCase(), ...parameters.filter((one) => one !== "").map(methods).sort()].join(";")}`;
}

/** Two spellings of one meaning are made one, by the grammar of each kind of record. @param name where it stands */
export function meaning(type: string, data: string, name?: string): string {
  if (type === "CAA") return caaMeaning(data);
  // The weight counts between records of one priority, and the priority of the only MX between nothing: see satisfies().
  if (type === "SRV") return data.toLowerCase().replace(/^(\d+) \d+ /, "$1 ");
  if (type !== "TXT") return data.toLowerCase();
  if (isSpf(data)) return spfMeaning(data, name) ?? data.toLowerCase().trim().replace(/\s+/g, " ");
  const kind = kindOf(data);
  if (kind === "v=DKIM1" || name?.includes("._domainkey.")) return dkimMeaning(data);
  if (kind === undefined) return data;
  return data.split(";").map((tag) => tag.trim().replace(/\s*=\s*/, "=")).filter((tag) => tag !== "").join(";");
}

/** Whether a live record does what the wanted one says; it may say more where that is its owner's choice. */
export function satisfies(type: string, wanted: string, live: string, name?: string): boolean {
  if (meaning(type, wanted, name) === meaning(type, live, name)) return true;
  // One mail host is first by any priority (RFC 5321 section 5.1).
  if (type === "MX") return wanted.split(" ")[1].toLowerCase() === live.split(" ")[1]?.toLowerCase();
  if (type !== "TXT") return false;
  if (kindOf(wanted) === "v=DMARC1") return dmarcDoes(wanted, live);
  return kindOf(wanted) === "v=TLSRPTv1" && kindOf(live) === "v=TLSRPTv1" && tlsReportDoes(wanted, live);
}

/** "Decidedly not here" (RFC 2782, target `.`): where nothing is wanted, it says the same as no record. */
const saysNothing = (type: string, live: string): boolean => type === "SRV" && / \.$/.test(live);

interface Place {
  readonly name: string;
  readonly type: WantedType;
  readonly wanted: readonly string[];
}

function placesOf(zone: Zone, plan: DnsPlan): Place[] {
  const places = new Map<string, { name: string; type: WantedType; wanted: string[] }>();
  const place = ({ name, type }: { readonly name: string; readonly type: WantedType }) => {
    const key = `${type} ${name}`;
    const found = places.get(key) ?? { name, type, wanted: [] };
    places.set(key, found);
    return found;
  };
  zone.records.forEach((record: DnsRecord) => place(record).wanted.push(dataOf(record)));
  plan.owned.filter(({ name }) => zone.holds(name)).forEach(place);
  return [...places.values()];
}

const TWO_SPF = "two SPF records: receivers take neither (RFC 7208 section 4.5); make one of them";

function differences({ name, type, wanted }: Place, answer: readonly string[], unknown: boolean): Finding[] {
  const kind = type === "TXT" ? kindAt(name, wanted) : undefined;
  // At a key's own name every text is a key, also without its v= (RFC 6376 section 3.6.1).
  const isKey = type === "TXT" && name.includes("._domainkey.");
  const live = kind === undefined || isKey ? answer : answer.filter((one) => kindOf(one) === kind);
  const lacking = wanted.filter((one) => !live.some((other) => satisfies(type, one, other, name)));
  const surplus = live.filter((one) => !wanted.some((other) => satisfies(type, other, one, name)) && !(wanted.length === 0 && saysNothing(type, one)));
  if (kind === "v=spf1" && live.length > 1) return surplus.map((one) => ({ kind: "extra", name, type, live: one, why: TWO_SPF }));
  // Nobody knows what should be there: what is there may be right.
  if (unknown) return [];
  const pairs = Math.min(lacking.length, surplus.length);
  return [
    ...lacking.slice(0, pairs).map((one, index): Finding => ({ kind: "different", name, type, wanted: one, live: surplus[index] })),
    ...lacking.slice(pairs).map((one): Finding => ({ kind: "missing", name, type, wanted: one })),
    ...surplus.slice(pairs).map((one): Finding => ({ kind: "extra", name, type, live: one })),
  ];
}

/** An MX or SRV target must not be an alias (RFC 2181 section 10.3, RFC 2782). */
async function aliasOf({ host }: DnsPlan, zone: Zone, lookup: Lookup): Promise<Finding[]> {
  if (!zone.holds(host.name)) return [];
  const [alias] = await lookup(host.name, "CNAME");
  return alias === undefined ? [] : [{ kind: "extra", name: host.name, type: "CNAME", live: alias, why: "a mail host must not be an alias (RFC 2181 section 10.3)" }];
}

/**
 * A zone as a name server has it, against the plan, record by record. Only what this deployment owns counts: other texts
 * at a domain, other names, another owner's certificates are not looked at.
 */
export async function compare(zone: Zone, plan: DnsPlan, lookup: Lookup): Promise<Compared> {
  const unanswered: string[] = [];
  const guarded = async (ask: () => Promise<Finding[]>): Promise<Finding[]> => {
    try {
      return await ask();
    } catch (error) {
      unanswered.push((error as Error).message);
      return [];
    }
  };
  const found = await Promise.all([
    ...placesOf(zone, plan).map((place) =>
      guarded(async () => differences(place, await lookup(place.name, place.type), plan.missing.some(({ name, type }) => name === place.name && type === place.type))),
    ),
    guarded(() => aliasOf(plan, zone, lookup)),
  ]);
  return { findings: found.flat(), unanswered };
}
