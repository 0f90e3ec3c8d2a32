import { lookupAt, type Lookup } from "./resolver";

/** The name servers that have a zone itself, and not from memory. */
export interface Authority {
  readonly names: readonly string[];
  readonly lookup: Lookup;
}

/** More of them would only make a dead zone slower to be called dead. */
const MOST_SERVERS = 4;

/**
 * The zone that really holds a name, by its SOA record; undefined where nobody says.
 * @param lookup answers with nothing for a name that is no zone's own
 */
export async function zoneOf(name: string, lookup: Lookup): Promise<string | undefined> {
  const labels = name.split(".");
  for (let at = 0; at < labels.length - 1; at += 1) {
    const candidate = labels.slice(at).join(".");
    try {
      if ((await lookup(candidate, "SOA")).length > 0) return candidate;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * Finds them by the NS records of the name, or of the nearest one above it.
 * @throws Error with one line where nobody answers for the name
 */
export async function authorityOf(name: string, lookup: Lookup): Promise<Authority> {
  const labels = name.split(".");
  // The top-level domain's servers would only say where to go.
  for (let at = 0; at < labels.length - 1; at += 1) {
    const names = await lookup(labels.slice(at).join("."), "NS");
    if (names.length === 0) continue;
    const addresses = (await Promise.all((["A", "AAAA"] as const).flatMap((type) => names.map((one) => lookup(one, type))))).flat();
    if (addresses.length === 0) throw new Error(`the name servers of ${labels.slice(at).join(".")} (${names.join(", ")}) have no address`);
    return { names, lookup: lookupAt(addresses.slice(0, MOST_SERVERS)) };
  }
  throw new Error(`no name server answers for ${name} (no NS record): is the domain registered, and delegated`);
}
