import type { Deployment } from "../config";
import type { Wire } from "../wire";
import { issuerOf } from "./caa";
import { paccName, servesPacc } from "./pacc";
import { certified, daneName, publicAddresses } from "./places";
import type { DnsRecord } from "./records";
import { agreements, reportsOn } from "./reports";
import { isSpf, MOST_BYTES, type Spf } from "./spf";
import type { Known, Missing } from "./types";

/** What has no record because only somebody else knows its value. */
export function missingRecords(deployment: Deployment, wire: Wire, { terms, note = "" }: Spf, known: Known): Missing[] {
  const { domains, hostname, dns, mailbox } = deployment;
  const { reasons = {} } = known;
  const keyless = domains.filter((domain) => !known.dkim?.some(({ name }) => name.endsWith(`._domainkey.${domain}`)));
  return [
    ...(terms === undefined ? domains.map((name): Missing => ({ name, type: "TXT", what: "SPF", why: note })) : []),
    ...keyless.map((domain): Missing => ({ name: `*._domainkey.${domain}`, type: "TXT", what: "DKIM", why: reasons.dkim ?? `${mailbox.server} makes the keys: npm run dns asks it when it runs` })),
    ...deployment.edges.filter((edge) => publicAddresses(edge).length === 0).flatMap(({ name, ipv4 }) =>
      certified(deployment).map((host): Missing => ({
        ...{ name: host, type: "A", what: "address" },
        why: `the edge ${name} has the private address ${ipv4} (EDGE_IPV4), which the world cannot dial: set EDGE_PUBLIC_IPV4 to that of the router that forwards to it`,
      })),
    ),
    ...(servesPacc(deployment)
      ? domains.filter((domain) => !known.autoConfig?.some(({ name }) => name === paccName(domain))).map(
          (domain): Missing => ({ name: paccName(domain), type: "TXT", what: "PACC", why: reasons.dkim ?? `${mailbox.server} makes it from its settings: npm run dns asks it when it runs` }),
        )
      : []),
    ...missingCaa(deployment, known),
    ...(dns.tlsa && !known.certificates?.length
      ? [{ name: daneName(deployment, wire), type: "TLSA", what: "TLSA", why: reasons.certificates ?? `the certificate of ${hostname} was not looked at: npm run dns does it when the server runs` } as const]
      : []),
  ];
}

function missingCaa(deployment: Deployment, { caaAccounts, reasons = {} }: Known): Missing[] {
  const { certificates } = deployment.mailbox;
  if (certificates.kind !== "acme") return [];
  const issuer = issuerOf(certificates.directory);
  if (issuer !== undefined && caaAccounts?.length) return [];
  const why =
    issuer === undefined
      ? `the name that ${new URL(certificates.directory).host} has in CAA records is not known here: its documentation has it`
      : (reasons.caaAccounts ?? "the server makes its account with the certificate authority when it first runs: npm run dns asks it then");
  return certified(deployment).map((name): Missing => ({ name, type: "CAA", what: "CAA", why }));
}

/** What a person should look at though nothing is missing. */
export function notesOn(deployment: Deployment, records: readonly DnsRecord[], { terms, note }: Spf): string[] {
  const lengths = records.flatMap((one) => (one.type === "TXT" && isSpf(one.text) ? [one.text.length] : []));
  const longest = Math.max(0, ...lengths);
  return [
    ...(terms !== undefined && note !== undefined ? [note] : []),
    ...(longest > MOST_BYTES ? [`SPF has ${longest} bytes: an answer with more than ${MOST_BYTES} may not fit into one packet (RFC 7208 section 3.4); take something out of MAIL_EGRESS or DNS_SPF_ALSO`] : []),
    ...agreements(deployment)
      .filter(({ home }) => home === undefined)
      .map(({ name, reported }) => `DMARC's reports on ${reported} go to ${reportsOn(deployment, reported)}: they come only when ${name} has a TXT record v=DMARC1 (RFC 7489 section 7.1)`),
  ];
}
