import { table } from "../text";
import { dataOf, type DnsRecord } from "./records";
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

/** For a person who types into a provider's form. */
export function renderForms(zones: readonly Zone[], { ttl, reverse, notes }: Pick<DnsPlan, "ttl" | "reverse" | "notes">): string {
  const head = ["name", "type", "priority", "ttl", "value"];
  const parts = zones.flatMap(({ origin, records, missing }) => {
    const rows = records.map((record) => {
      const [value, priority] = cells(record);
      return [relative(record.name, origin), record.type, priority, String(ttl), value];
    });
    return [`# ${shownName(origin)}`, ...table([head, ...rows]), ...missingLines(missing, (name) => relative(name, origin)).map((line) => `missing: ${line}`), ""];
  });
  const pointers = table([["address", "type", "value"], ...reverse.map(({ address, type, target }) => [address, type, target])]);
  return `${[...parts, "# Reverse names, set where the addresses are rented", ...pointers, ...notes.map((note) => `note: ${note}`)].join("\n")}\n`;
}

/** For programs. */
export function renderJson(zones: readonly Zone[], { ttl, reverse, notes, mtaSts }: DnsPlan): string {
  const withData = (record: DnsRecord) => ({ ...record, data: dataOf(record) });
  return `${JSON.stringify({ ttl, zones: zones.map((zone) => ({ ...zone, records: zone.records.map(withData) })), reverse, notes, mtaSts }, null, 2)}\n`;
}
