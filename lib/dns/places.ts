import { isIP } from "node:net";
import type { Deployment, EdgeSite } from "../config";
import { isPrivateAddress } from "../config/values";
import { webHosts, type Wire } from "../wire";

const below = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);
/** Whether a name is one of the domains or below one. */
export const inside = (name: string, domains: readonly string[]): boolean => domains.some((domain) => below(name, domain));
/** The longest of the domains that a name is in. */
export const closest = (name: string, domains: readonly string[]): string | undefined =>
  domains.filter((domain) => below(name, domain)).sort((a, b) => b.length - a.length)[0];

/** What the world dials at an edge; a private address is nobody's business but its own network's. */
export const publicAddresses = ({ ipv4, publicIpv4 = ipv4, ipv6 }: Pick<EdgeSite, "ipv4" | "publicIpv4" | "ipv6">): string[] =>
  [publicIpv4, ...(ipv6 === undefined ? [] : [ipv6])].filter((address) => !isPrivateAddress(address));

/** What the mailbox serves for one domain over HTTPS, but for the mail host itself. */
export const servedBelow = ({ web, hostname }: Pick<Deployment, "web" | "hostname">, domain: string): string[] =>
  (web?.names ?? []).filter((name) => name !== "mail").map((name) => `${name}.${domain}`).filter((name) => name !== hostname);

/** Every name that the mail server has a certificate for. */
export const certified = (deployment: Pick<Deployment, "web" | "domains" | "hostname" | "mailbox">): string[] => [
  ...new Set([deployment.hostname, ...webHosts(deployment), ...(deployment.mailbox.tlsNames ?? [])]),
];

/** Where other mail servers look for DANE: SMTP is the one line without TLS that must be (RFC 7672 section 2.2). */
export const daneName = ({ hostname }: Pick<Deployment, "hostname">, { routes }: Pick<Wire, "routes">): string => `_${routes.find(({ line }) => line === "smtp")?.port}._tcp.${hostname}`;

/** Addresses of the mailbox's own from which mail leaves, where each is a single one and no edge's. */
export const senders = ({ dns, edges }: Pick<Deployment, "dns" | "edges">): string[] =>
  (dns.egress ?? []).filter((address) => isIP(address) !== 0 && !edges.some((edge) => edge.ipv4 === address || publicAddresses(edge).includes(address)));
/** A name of its own, since the mail host's leads to the edge: a sender's reverse name has to lead back to it (RFC 1912 section 2.1). */
export const senderName = ({ hostname }: Pick<Deployment, "hostname">): string => `out.${hostname}`;
