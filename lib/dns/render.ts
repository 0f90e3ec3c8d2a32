import { table } from "../text";
import type { DnsName, DnsNames } from "./names";

const targetOf = ({ type, target, port }: DnsName): string => {
  if (type === "TXT") return "(its value is policy)";
  return port === undefined ? (target ?? "") : `${target} port ${port}`;
};
const row = (one: DnsName): string[] => [one.name, one.type, targetOf(one), one.owner, one.purpose];
// Whoever rents out an address asks for the address; its long reverse name is for reference.
const pointer = (one: DnsName): string[] => [one.purpose, one.type, targetOf(one), one.owner, one.name];

/** The names as a table for a person who reviews, or who types them into a provider's form. */
export function renderDnsNames(names: DnsNames): string {
  const { host, domains, reverse, adminVhost } = names;
  const parts: [title: string, rows: string[][]][] = [
    ["The mail host", host.map(row)],
    ...domains.map((one): [string, string[][]] => [`Domain ${one.domain}`, one.names.map(row)]),
    ["Reverse names of the edge, set where the address is rented", reverse.map(pointer)],
  ];
  const head = ["name", "type", "target", "belongs to", "for"];
  // One table for all parts, so that the columns stand below one another.
  const lines = table([head, ...parts.flatMap(([, rows]) => rows)]);
  let next = 1;
  const text = [
    "DNS names that this deployment needs, with their targets.",
    "belongs to: edge = the public machine's address; mailbox = served by the mailbox, reached through the edge's address.",
    "SPF, DKIM, DMARC and the values of TXT records are policy and not listed here. Tailnet-only lines are never announced.",
    "",
    lines[0],
    ...parts.flatMap(([title, rows]) => ["", `# ${title}`, ...lines.slice(next, (next += rows.length))]),
  ];
  if (adminVhost) {
    text.push("", "# Administration, for the tailnet only");
    text.push(`${adminVhost.name}  A  the tailnet address of ${adminVhost.edges.join(" or ")} (tailscale ip -4 there), never the public one`);
  }
  return `${text.join("\n")}\n`;
}
