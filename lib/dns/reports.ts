import type { Deployment } from "../config";
import { closest, inside } from "./places";

/** Who gets reports about a domain. */
export const reportsOf = ({ dns }: Pick<Deployment, "dns">, domain: string): string => dns.reports ?? `postmaster@${domain}`;

/** What is reported on: the domains, and the mail host where it is below none of them. */
export const reported = ({ domains, hostname }: Pick<Deployment, "domains" | "hostname">): string[] => [...domains, ...(inside(hostname, domains) ? [] : [hostname])];
/** The mail host has no mailbox of its own. */
export const reportsOn = (deployment: Deployment, name: string): string => reportsOf(deployment, deployment.domains.includes(name) ? name : deployment.domains[0]);

/** Where reports go to another domain than the reported one, that one has to agree by this record (RFC 7489 section 7.1). */
export interface Agreement {
  readonly name: string;
  readonly reported: string;
  /** of our domains the one whose zone holds it; undefined for a stranger's */
  readonly home?: string;
}

export function agreements(deployment: Deployment): Agreement[] {
  return reported(deployment).flatMap((name): Agreement[] => {
    const reports = reportsOn(deployment, name);
    const host = reports.slice(reports.lastIndexOf("@") + 1);
    // Names of one owner need none; without the public suffix list only a name below the other is surely that.
    if (inside(host, [name]) || inside(name, [host])) return [];
    return [{ name: `${name}._report._dmarc.${host}`, reported: name, home: closest(host, deployment.domains) }];
  });
}
