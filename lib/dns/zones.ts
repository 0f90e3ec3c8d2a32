import { closest } from "./places";
import type { DnsRecord } from "./records";
import type { DnsPlan, Missing } from "./types";

/** What belongs into one zone. */
export interface Zone {
  /** the zone's name */
  readonly origin: string;
  readonly records: readonly DnsRecord[];
  readonly missing: readonly Missing[];
  /** whether a name belongs into it, and not into another of ours below it */
  holds(name: string): boolean;
}

/** The records by the domain that they are in, in the order of the domains; of a mail host that is in none, by its own name. */
export function zonesOf({ host, domains, missing }: Pick<DnsPlan, "host" | "domains" | "missing">): Zone[] {
  const names = domains.map(({ domain }) => domain);
  const all = [...host.records, ...domains.flatMap(({ records }) => records)];
  // The mail host first: what is below it is in its zone. Another name of the certificate may be in nobody's.
  const origins = [...names];
  for (const name of [host.name, ...host.records.filter(({ purpose }) => purpose.startsWith("mail host")).map((one) => one.name)])
    if (closest(name, origins) === undefined) origins.push(name);
  return origins.map((origin) => {
    const holds = (name: string): boolean => closest(name, origins) === origin;
    return { origin, records: all.filter(({ name }) => holds(name)), missing: missing.filter(({ name }) => holds(name)), holds };
  });
}

/** A name as it is written inside its zone; `@` for the zone itself. */
export const relative = (name: string, origin: string): string => (name === origin ? "@" : name.slice(0, -origin.length - 1));
