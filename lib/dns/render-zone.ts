import { domainToUnicode } from "node:url";
import { table } from "../text";
import { dataOf, stringsOf, type DnsRecord } from "./records";
import { missingLines } from "./render-missing";
import type { DnsPlan, Reverse } from "./types";
import { relative, type Zone } from "./zones";

/** RFC 1035 section 5.1: a quote and a backslash are quoted, and so is each byte that is no plain letter. */
const quoted = (string: string): string => `"${string.replace(/["\\]/g, "\\$&").replace(/[^\x20-\x7e]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, "0")}`)}"`;
const whole = (name: string): string => (name === "." ? "." : `${name}.`);

/** What stands behind the type in a master file. */
function masterData(record: DnsRecord): string {
  switch (record.type) {
    case "TXT":
      return stringsOf(record.text).map(quoted).join(" ");
    case "MX":
      return `${record.priority} ${whole(record.exchange)}`;
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${whole(record.target)}`;
    case "PTR":
      return whole(record.target);
    default:
      return dataOf(record);
  }
}

/** A name that was written in another script is shown in it too. */
export const shownName = (name: string): string => {
  const unicode = domainToUnicode(name);
  return unicode === name ? name : `${name} (${unicode})`;
};

/** A zone's records as a master file (RFC 1035 section 5), to be read into a zone that has its SOA and NS already. */
function zoneText({ origin, records, missing }: Zone, ttl: number): string {
  return [
    `; ${shownName(origin)}: what this deployment needs; your other records stay`,
    `$ORIGIN ${origin}.`,
    `$TTL ${ttl}`,
    ...table(records.map((record) => [relative(record.name, origin), "IN", record.type, masterData(record)])),
    ...missingLines(missing, (name) => relative(name, origin)).map((line) => `; missing: ${line}`),
    "",
  ].join("\n");
}

const reverseText = (reverse: readonly Reverse[]): string[] => [
  "; Reverse names are set where the addresses are rented:",
  ...table(reverse.map((one) => [one.address, one.type, whole(one.target)])).map((line) => `;   ${line}`),
];

/** All zones, one after another, with what no zone holds as comments. */
export function renderZones(zones: readonly Zone[], { ttl, reverse, notes, transitions }: Pick<DnsPlan, "ttl" | "reverse" | "notes" | "transitions">): string {
  const rest = [...reverseText(reverse), ...notes.map((note) => `; note: ${note}`), ...transitions.map((one) => `; step: ${one}`)];
  return `${[...zones.map((zone) => zoneText(zone, ttl)), rest.join("\n")].join("\n")}\n`;
}
