import { table } from "../text";
import { dataOf, type DnsRecord } from "./records";
import { inside } from "./places";
import { missingLines } from "./render-missing";
import { shownName } from "./render-zone";
import type { DnsPlan } from "./types";
import { relative, type Zone } from "./zones";

/** As most forms ask: the priority in a field of its own. */
function cells(record: DnsRecord): [value: string, priority: string] {
  if (record.type === "MX") return [record.exchange, String(record.priority)];
  if (record.type === "SRV") return [`${record.weight} ${record.port} ${record.target}`, String(record.priority)];
  return [dataOf(record), ""];
}

/** By a zone's name here: the zone that really exists and holds it, as its SOA says. */
export type RealZones = ReadonlyMap<string, string>;

/**
 * For a person who types into a provider's form.
 * @param real what is known of the zones that exist; a name in a zone that nobody was asked about is written whole, since `@` in
 *   another zone would overwrite what stands there @default nothing
 */
export function renderForms(zones: readonly Zone[], plan: Pick<DnsPlan, "ttl" | "reverse" | "notes" | "transitions">, real: RealZones = new Map()): string {
  const { ttl, reverse, notes, transitions } = plan;
  const head = ["name", "type", "priority", "ttl", "value"];
  const parts = zones.flatMap(({ origin, records, missing }) => {
    const zone = real.get(origin);
    const nameOf = (name: string): string => (zone !== undefined && inside(name, [zone]) ? relative(name, zone) : name);
    const rows = records.map((record) => {
      const [value, priority] = cells(record);
      return [nameOf(record.name), record.type, priority, String(ttl), value];
    });
    const where = zone === undefined ? ": whole names; which zone holds them was not asked" : `: names as in the zone ${shownName(zone)}`;
    return [`# ${shownName(origin)}${zone === origin ? "" : where}`, ...table([head, ...rows]), ...missingLines(missing, nameOf).map((line) => `missing: ${line}`), ""];
  });
  const pointers = table([["address", "type", "value"], ...reverse.map(({ address, type, target }) => [address, type, target])]);
  const rest = [...notes.map((note) => `note: ${note}`), ...transitions.map((one) => `step: ${one}`)];
  return `${[...parts, "# Reverse names, set where the addresses are rented", ...pointers, ...rest].join("\n")}\n`;
}

/** For programs. */
export function renderJson(zones: readonly Zone[], { ttl, reverse, notes, transitions, mtaSts }: DnsPlan): string {
  const withData = (record: DnsRecord) => ({ ...record, data: dataOf(record) });
  return `${JSON.stringify({ ttl, zones: zones.map((zone) => ({ ...zone, records: zone.records.map(withData) })), reverse, notes, transitions, mtaSts }, null, 2)}\n`;
}
