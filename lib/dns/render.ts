import { table } from "../text";
import { dataOf, type DnsRecord } from "./records";
import { missingLines } from "./render-missing";
import type { DnsPlan, Reverse } from "./types";

const LONG = 70;
const shorten = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}...` : text);
const row = (one: DnsRecord): string[] => [one.name, one.type, shorten(dataOf(one)), one.owner, one.purpose];
// Whoever rents out an address asks for the address; its long reverse name is for reference.
const pointer = (one: Reverse): string[] => [one.address, one.type, one.target, one.owner, one.name];

/** The records as one table, for a person who reviews. */
export function renderDns({ host, domains, reverse, missing, notes, adminVhost }: DnsPlan): string {
  const parts: [title: string, rows: string[][]][] = [
    ["The mail host", host.records.map(row)],
    ...domains.map((one): [string, string[][]] => [`Domain ${one.domain}`, one.records.map(row)]),
    ["Reverse names, set where the addresses are rented", reverse.map(pointer)],
  ];
  const head = ["name", "type", "value", "belongs to", "for"];
  // One table for all parts, so that the columns stand below one another.
  const lines = table([head, ...parts.flatMap(([, rows]) => rows)]);
  let next = 1;
  const text = [
    "DNS records that this deployment needs; npm run dns prints them for a zone or a form, and compares them with what is there.",
    "belongs to: edge = the public machine's address; mailbox = served, signed or sent there; smarthost = it sends.",
    "Tailnet-only lines are never announced.",
    "",
    lines[0],
    ...parts.flatMap(([title, rows]) => ["", `# ${title}`, ...lines.slice(next, (next += rows.length))]),
  ];
  if (missing.length > 0) text.push("", "# Not known yet", ...missingLines(missing, (name) => name));
  if (notes.length > 0) text.push("", "# To look at", ...notes);
  if (adminVhost) {
    text.push("", "# Administration, for the tailnet only");
    text.push(`${adminVhost.name}  A  the tailnet address of ${adminVhost.edges.join(" or ")} (tailscale ip -4 there), never the public one`);
  }
  return `${text.join("\n")}\n`;
}
