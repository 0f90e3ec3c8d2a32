import type { Deployment } from "../config";
import type { LineName, Wire } from "../wire";
import { reverseName } from "./reverse";

export { renderDnsNames } from "./render";

/** A name that needs a record. Values that carry policy (SPF, DKIM, DMARC, what an MTA-STS record says) are not here. */
export interface DnsName {
  /** whole name, without the dot at its end */
  readonly name: string;
  readonly type: "A" | "AAAA" | "MX" | "SRV" | "TXT" | "PTR";
  /** an address or a host name; absent for TXT */
  readonly target?: string;
  /** SRV only */
  readonly port?: number;
  /** which end answers for it: the edge has the address, the mailbox the certificate and the content */
  readonly owner: "edge" | "mailbox";
  /** what it is for; of a PTR the address */
  readonly purpose: string;
}

export interface DnsNames {
  /** the mail host itself */
  readonly host: readonly DnsName[];
  readonly domains: readonly { readonly domain: string; readonly names: readonly DnsName[] }[];
  /** to be set where the edges' addresses are rented, not in the zone */
  readonly reverse: readonly DnsName[];
  /** resolves to an edge's tailnet address, which only the tailnet knows */
  readonly adminVhost?: { readonly name: string; readonly edges: readonly string[] };
}

/** RFC 6186 (imap, imaps, pop3s, submission), RFC 8314 section 5.1 (submissions), RFC 5804 (sieve), RFC 8620 section 2.2 (jmap). */
const SRV: Partial<Record<LineName, string>> = {
  submission: "_submission._tcp",
  submissions: "_submissions._tcp",
  imap: "_imap._tcp",
  imaps: "_imaps._tcp",
  pop3s: "_pop3s._tcp",
  sieve: "_sieve._tcp",
  web: "_jmap._tcp",
};

const addresses = (name: string, { edges }: Wire, owner: DnsName["owner"], purpose: string): DnsName[] =>
  edges.flatMap((edge) => [
    { name, type: "A" as const, target: edge.ipv4, owner, purpose },
    ...(edge.ipv6 === undefined ? [] : [{ name, type: "AAAA" as const, target: edge.ipv6, owner, purpose }]),
  ]);

/** Only what is public is announced: a client that finds a tailnet-only line by DNS would try it from anywhere. */
function services(domain: string, hostname: string, { routes }: Wire): DnsName[] {
  return routes.flatMap(({ line, port, sni }): DnsName[] => {
    const service = SRV[line];
    if (service === undefined || (sni !== undefined && !sni.includes(hostname))) return [];
    return [{ name: `${service}.${domain}`, type: "SRV", target: hostname, port, owner: "mailbox", purpose: sni ? "jmap" : line }];
  });
}

function texts(domain: string, { web }: Deployment): DnsName[] {
  if (web === undefined) return [];
  const text = (name: string, purpose: string): DnsName => ({ name: `${name}.${domain}`, type: "TXT", owner: "mailbox", purpose });
  return [...(web.names.includes("mta-sts") ? [text("_mta-sts", "MTA-STS (RFC 8461)")] : []), text("_smtp._tls", "TLS reports (RFC 8460)")];
}

/** The names of both ends: where mail arrives is the edge's address, what is served under a name is the mailbox'. */
export function dnsNames(deployment: Deployment, wire: Wire): DnsNames {
  const { domains, hostname, web, adminVhost } = deployment;
  const served = (domain: string): string[] => (web?.names ?? []).filter((name) => name !== "mail").map((name) => `${name}.${domain}`);
  return {
    host: addresses(hostname, wire, "edge", "mail host"),
    domains: domains.map((domain) => ({
      domain,
      names: [
        { name: domain, type: "MX", target: hostname, owner: "edge", purpose: "incoming mail" },
        ...served(domain)
          .filter((name) => name !== hostname)
          .flatMap((name) => addresses(name, wire, "mailbox", "HTTPS, through the edge")),
        ...services(domain, hostname, wire),
        ...texts(domain, deployment),
      ],
    })),
    reverse: wire.edges.flatMap(({ ipv4, ipv6 }) =>
      [ipv4, ...(ipv6 === undefined ? [] : [ipv6])].map((address): DnsName => ({ name: reverseName(address), type: "PTR", target: hostname, owner: "edge", purpose: address })),
    ),
    ...(adminVhost === undefined ? {} : { adminVhost: { name: adminVhost, edges: wire.edges.map((edge) => edge.host) } }),
  };
}
