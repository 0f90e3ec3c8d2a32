import { dnsRecords, zonesOf, type DnsPlan, type DnsRecord, type Known, type Zone } from "../../lib/dns";
import { makeWire, type Wire } from "../../lib/wire";
import { deployment } from "../deployment";

export type Overrides = Readonly<Record<string, string | undefined>>;

/** The plan of a deployment, and all that it was made from. */
export function planOf(overrides: Overrides = {}, known?: Known): { plan: DnsPlan; wire: Wire; zones: Zone[] } {
  const one = deployment(overrides);
  const wire = makeWire(one);
  const plan = dnsRecords(one, wire, known);
  return { plan, wire, zones: zonesOf(plan) };
}

export const all = ({ host, domains, reverse }: DnsPlan): DnsRecord[] => [...host.records, ...domains.flatMap(({ records }) => records), ...reverse];
/** Texts of the records with a name. */
export const textsAt = (plan: DnsPlan, name: string): string[] => all(plan).flatMap((one) => (one.type === "TXT" && one.name === name ? [one.text] : []));

/** A server's answers for what only it knows. */
export const KNOWN: Known = {
  dkim: ["one.test", "two.test", "xn--bcher-kva.test"].map((domain) => ({ name: `v1-rsa-20260101._domainkey.${domain}`, text: `v=DKIM1; k=rsa; h=sha256; p=${"MIIBIjANBgkq".repeat(34)}` })),
  caaAccounts: ["https://acme-v02.api.letsencrypt.org/acme/acct/1234567"],
};
