import { authorityOf } from "./authority";
import { compare, type Compared, type Finding } from "./compare";
import { lookupAt, type Lookup } from "./resolver";
import { isSpf } from "./spf";
import { spfLookups } from "./spf-lookups";
import type { DnsPlan } from "./types";
import type { Zone } from "./zones";

/** A finding, and who shows it: what only one of them shows is on its way, or on its way out. */
export interface Difference extends Finding {
  readonly zone: string;
  readonly seen: "both" | "authoritative" | "resolver";
}

export interface LiveDiff {
  readonly zone: string;
  /** name servers that have the zone itself */
  readonly servers: readonly string[];
  readonly differences: readonly Difference[];
  readonly unanswered: readonly string[];
}

const keyOf = ({ kind, name, type, wanted, live }: Finding): string => JSON.stringify([kind, name, type, wanted, live]);

/** Findings of both, each once. */
export function merge(zone: string, authoritative: readonly Finding[], resolver: readonly Finding[]): Difference[] {
  const [first, second] = [authoritative, resolver].map((findings) => new Set(findings.map(keyOf)));
  return [
    ...authoritative.map((one): Difference => ({ ...one, zone, seen: second.has(keyOf(one)) ? "both" : "authoritative" })),
    ...resolver.filter((one) => !first.has(keyOf(one))).map((one): Difference => ({ ...one, zone, seen: "resolver" })),
  ];
}

/** SPF records of the plan that make a receiver look up too much; of the included ones only the live zones know. */
async function tooManyLookups({ records }: Zone, lookup: Lookup): Promise<Compared> {
  const findings: Finding[] = [];
  const unanswered: string[] = [];
  for (const record of records) {
    if (record.type !== "TXT" || !isSpf(record.text)) continue;
    try {
      const { problem } = await spfLookups(record.text, lookup);
      if (problem !== undefined)
        findings.push({ kind: "different", name: record.name, type: "TXT", live: record.text, why: `receivers give up on this SPF record (RFC 7208 section 4.6.4): ${problem}` });
    } catch (error) {
      unanswered.push((error as Error).message);
    }
  }
  return { findings, unanswered };
}

/** A zone of the plan against the live one: as its own name servers have it, and as the public resolvers tell it. */
export async function liveDiff(zone: Zone, plan: DnsPlan, resolvers: readonly string[]): Promise<LiveDiff> {
  const lookup = lookupAt(resolvers);
  const told = compare(zone, plan, lookup);
  const spf = tooManyLookups(zone, lookup);
  try {
    const authority = await authorityOf(zone.origin, lookup);
    const own = await compare(zone, plan, authority.lookup);
    const [public_, limits] = await Promise.all([told, spf]);
    return {
      zone: zone.origin,
      servers: authority.names,
      differences: [...merge(zone.origin, own.findings, public_.findings), ...merge(zone.origin, limits.findings, limits.findings)],
      unanswered: [...new Set([...own.unanswered, ...public_.unanswered, ...limits.unanswered])],
    };
  } catch (error) {
    await Promise.all([told, spf]);
    return { zone: zone.origin, servers: [], differences: [], unanswered: [(error as Error).message] };
  }
}
