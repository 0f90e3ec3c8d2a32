import type { Deployment } from "../config";
import type { Wire } from "../wire";
import { caaRecords, issuerOf } from "./caa";
import { missingRecords, notesOn } from "./gaps";
import { certified, daneName, inside, publicAddresses, senderName, senders, servedBelow } from "./places";
import { dmarcText, mtaStsPolicy, mtaStsText, tlsReportText } from "./policies";
import type { DnsRecord, Owner } from "./records";
import { agreements, reportsOf, reportsOn } from "./reports";
import { paccName, servesPacc } from "./pacc";
import { reverseName } from "./reverse";
import { SERVICE_NAMES, serviceRecords } from "./services";
import { spfOf, spfText, type Spf } from "./spf";
import { tlsaRecord } from "./tlsa";
import { transitionsOf } from "./transitions";
import type { DnsPlan, Known, Reverse } from "./types";

const text = (name: string, content: string, owner: Owner, purpose: string): DnsRecord => ({ name, type: "TXT", text: content, owner, purpose });
const typeOf = (address: string): "A" | "AAAA" => (address.includes(":") ? "AAAA" : "A");

const addresses = (name: string, { edges }: Pick<Deployment, "edges">, owner: Owner, purpose: string): DnsRecord[] =>
  edges.flatMap(publicAddresses).map((address): DnsRecord => ({ name, type: typeOf(address), address, owner, purpose }));

/** CAA stands at each name of the certificate, not at the domain: what else is below that keeps its own authority and account (RFC 8659 section 3). */
function caaOf({ mailbox: { certificates } }: Deployment, name: string, { caaAccounts = [] }: Known): DnsRecord[] {
  const issuer = certificates.kind === "acme" ? issuerOf(certificates.directory) : undefined;
  if (certificates.kind !== "acme" || issuer === undefined || caaAccounts.length === 0) return [];
  return caaRecords(issuer, caaAccounts, certificates.challenge).map((one) => ({ name, ...one, owner: "mailbox", purpose: "who may issue its certificate" }));
}

/** Names of the certificate that nothing else gives an address. */
const moreNames = (deployment: Deployment): string[] =>
  (deployment.mailbox.tlsNames ?? []).filter((name) => name !== deployment.hostname && !deployment.domains.some((domain) => servedBelow(deployment, domain).includes(name)));

/** What stands at the mail host's own name and below it. */
function hostRecords(deployment: Deployment, wire: Wire, { terms, owner }: Spf, known: Known): DnsRecord[] {
  const { hostname, domains, dns } = deployment;
  const dane = daneName(deployment, wire);
  return [
    ...addresses(hostname, deployment, "edge", "mail host"),
    ...moreNames(deployment).flatMap((name) => [...addresses(name, deployment, "edge", "mail host, by another name"), ...caaOf(deployment, name, known)]),
    ...senders(deployment).map((address): DnsRecord => ({ name: senderName(deployment), type: typeOf(address), address, owner: "mailbox", purpose: "direct mail leaves here" })),
    // The name in HELO is looked at too, and alone for bounces (RFC 7208 sections 2.3 and 2.4); nobody else uses it.
    ...(terms === undefined || domains.includes(hostname) ? [] : [text(hostname, spfText(terms, "fail"), owner, "SPF of HELO and bounces")]),
    ...(inside(hostname, domains) ? [] : [text(`_dmarc.${hostname}`, dmarcText(dns.dmarc, reportsOn(deployment, hostname)), "mailbox", "DMARC")]),
    ...caaOf(deployment, hostname, known),
    ...(dns.tlsa ? (known.certificates ?? []).map((one): DnsRecord => ({ name: dane, ...tlsaRecord(one), owner: "mailbox", purpose: "DANE" })) : []),
  ];
}

function domainRecords(deployment: Deployment, wire: Wire, domain: string, { terms, owner }: Spf, known: Known): DnsRecord[] {
  const { hostname, dns } = deployment;
  const reports = reportsOf(deployment, domain);
  const policy = mtaStsPolicy(deployment);
  return [
    { name: domain, type: "MX", priority: 10, exchange: hostname, owner: "edge", purpose: "incoming mail" },
    ...servedBelow(deployment, domain).flatMap((name) => [...addresses(name, deployment, "mailbox", "HTTPS, through the edge"), ...caaOf(deployment, name, known)]),
    ...(terms === undefined ? [] : [text(domain, spfText(terms, dns.spfAll), owner, "SPF: who sends")]),
    ...(known.dkim ?? []).filter(({ name }) => name.endsWith(`._domainkey.${domain}`)).map((key) => text(key.name, key.text, "mailbox", "DKIM: key of signatures")),
    text(`_dmarc.${domain}`, dmarcText(dns.dmarc, reports), "mailbox", "DMARC"),
    ...agreements(deployment).filter(({ home }) => home === domain).map(({ name, reported }) => text(name, "v=DMARC1", "mailbox", `takes reports on ${reported}`)),
    ...(policy === undefined ? [] : [text(`_mta-sts.${domain}`, mtaStsText(policy), "mailbox", "MTA-STS")]),
    ...(known.autoConfig ?? []).filter(({ name }) => servesPacc(deployment) && name === paccName(domain)).map((one) => text(one.name, one.text, "mailbox", "settings of clients (PACC)")),
    text(`_smtp._tls.${domain}`, tlsReportText(reports), "mailbox", "reports on TLS"),
    ...serviceRecords(domain, hostname, wire),
  ];
}

function reverseRecords(deployment: Deployment): Reverse[] {
  const { edges, hostname } = deployment;
  const pointer = (address: string, target: string, owner: Owner): Reverse => ({ name: reverseName(address), type: "PTR", target, owner, purpose: address, address });
  return [
    ...edges.flatMap(publicAddresses).map((address) => pointer(address, hostname, "edge")),
    ...senders(deployment).map((address) => pointer(address, senderName(deployment), "mailbox")),
  ];
}

/** Names of ours where a record of that type is never somebody else's, but for texts of another kind. */
function ownedNames(deployment: Deployment, wire: Wire): DnsPlan["owned"] {
  const { hostname, domains, web } = deployment;
  // Where the mailbox serves no MTA-STS, another web server may.
  const labels = ["_dmarc", "_smtp._tls", ...(web?.names.includes("mta-sts") ? ["_mta-sts"] : [])];
  const texts = new Set([hostname, ...domains.flatMap((domain) => [domain, ...labels.map((label) => `${label}.${domain}`)])]);
  return [
    ...certified(deployment).flatMap((name) => (["A", "AAAA"] as const).map((type) => ({ name, type }))),
    { name: daneName(deployment, wire), type: "TLSA" },
    ...[...texts].map((name) => ({ name, type: "TXT" }) as const),
    ...domains.flatMap((domain) => [{ name: domain, type: "MX" } as const, ...SERVICE_NAMES.map((service) => ({ name: `${service}.${domain}`, type: "SRV" }) as const)]),
  ];
}

/**
 * Every DNS record of both ends: where mail arrives is the edge's address, what is served under a name is the mailbox's, and
 * who sends is the mailbox or the smarthost. Nothing is invented: what only the running server or the operator knows is
 * `missing` until somebody says it.
 */
export function dnsRecords(deployment: Deployment, wire: Wire, known: Known = {}): DnsPlan {
  const { domains, hostname, dns, adminVhost } = deployment;
  const spf = spfOf(deployment);
  const host = hostRecords(deployment, wire, spf, known);
  const perDomain = domains.map((domain) => ({ domain, records: domainRecords(deployment, wire, domain, spf, known) }));
  return {
    host: { name: hostname, records: host },
    domains: perDomain,
    reverse: reverseRecords(deployment),
    owned: ownedNames(deployment, wire),
    missing: missingRecords(deployment, wire, spf, known),
    notes: notesOn(deployment, [...host, ...perDomain.flatMap(({ records }) => records)], spf),
    transitions: transitionsOf(deployment),
    mtaSts: mtaStsPolicy(deployment),
    ttl: dns.ttl,
    ...(adminVhost === undefined ? {} : { adminVhost: { name: adminVhost, edges: wire.edges.map((edge) => edge.host) } }),
  };
}
