import { SERVICES, type LineName, type Wire } from "../wire";
import type { DnsRecord } from "./records";

/** RFC 6186 (imap, imaps, pop3s, submission), RFC 8314 section 5.1 (submissions), RFC 5804 (sieve), RFC 8620 section 2.2 (jmap). */
const NAMES: Partial<Record<LineName, readonly string[]>> = {
  submission: ["_submission._tcp"],
  submissions: ["_submissions._tcp"],
  imap: ["_imap._tcp"],
  imaps: ["_imaps._tcp"],
  pop3s: ["_pop3s._tcp"],
  sieve: ["_sieve._tcp"],
  // RFC 6764 section 3: calendars and address books over HTTPS.
  web: ["_jmap._tcp", "_caldavs._tcp", "_carddavs._tcp"],
};

/** The first name below a domain where clients look for a line; undefined for a line that nobody looks for this way. */
export const serviceName = (line: LineName): string | undefined => NAMES[line]?.[0];
/** Every such name. Whatever stands there speaks for this mail server, so what is not wanted there is too much. */
export const SERVICE_NAMES: readonly string[] = Object.values(NAMES).flat();

/** The client takes the lowest: TLS from the first byte is to be preferred (RFC 6186 section 3.4, RFC 8314 section 3). */
const priorityOf = (line: LineName): number => (SERVICES[line].tls === "implicit" ? 0 : 10);

/** Only what is public is announced: a client that finds a tailnet-only line by DNS would try it from anywhere. */
export function serviceRecords(domain: string, hostname: string, { routes }: Pick<Wire, "routes">): DnsRecord[] {
  return routes.flatMap(({ line, port, sni }): DnsRecord[] => {
    if (sni !== undefined && !sni.includes(hostname)) return [];
    const purpose = (service: string): string => (sni ? service.slice(1, service.indexOf(".")) : line);
    return (NAMES[line] ?? []).map((service) => ({
      ...{ name: `${service}.${domain}`, type: "SRV", priority: priorityOf(line), weight: 1, port, target: hostname } as const,
      ...{ owner: "mailbox", purpose: purpose(service) } as const,
    }));
  });
}
