import type { Deployment } from "../config";
import { MAX_AGE } from "./policies";

const DAY = 86_400;
const days = (seconds: number): string => `${Math.ceil(seconds / DAY)} days`;

/** MTA-STS: senders keep a policy for its max_age, and ask again only when the record's id is another one. */
function mtaStsSteps({ web, mailbox, dns, domains }: Deployment): string[] {
  if (!web?.names.includes("mta-sts")) return [];
  const records = domains.map((domain) => `_mta-sts.${domain}`).join(", ");
  if (mailbox.mtaSts === "none")
    return [
      `MTA-STS to none: while a policy with enforce may be remembered, taking it away at once stops mail when anything else changes (RFC 8461 section 8.3). ` +
        `First MTA_STS_MODE=testing and npm run deploy, then the new ${records} of npm run dns; wait ${days(MAX_AGE + dns.ttl)} (max_age and TTL); ` +
        `then MTA_STS_MODE=none, take ${records} away, and last mta-sts out of WEB_NAMES`,
    ];
  return [
    mailbox.mtaSts === "testing"
      ? `MTA-STS to enforce: after ${days(MAX_AGE)} of TLS reports without failures MTA_STS_MODE=enforce, npm run deploy, and only then the new ${records}`
      : `MTA-STS is enforced: before MAIL_HOSTNAME changes, MTA_STS_MODE=testing, npm run deploy, the new ${records}, and ${days(MAX_AGE + dns.ttl)} of waiting`,
  ];
}

function daneSteps({ dns }: Deployment): string[] {
  if (!dns.tlsa) return [];
  return [
    `TLSA away (DNS_TLSA=false): take the record away first, wait ${2 * dns.ttl} s (two TTLs), and change the certificate's key only then`,
    `TLSA and a new key of the certificate: the new record stands beside the old one for ${2 * dns.ttl} s (two TTLs) before the key is used, and the old one goes after it (RFC 7671 section 8.1)`,
  ];
}

const NEXT = { none: "quarantine", quarantine: "reject" } as const;

function dmarcSteps({ dns }: Deployment): string[] {
  if (dns.dmarc === "reject") return [];
  return [`DMARC to ${NEXT[dns.dmarc]}: after 7 days of reports in which all of your own senders pass, DNS_DMARC=${NEXT[dns.dmarc]} and the new record; the old one is remembered for ${dns.ttl} s`];
}

/** Every change to a policy that others remember, in its order and with its waiting times. */
export const transitionsOf = (deployment: Deployment): string[] => [
  ...mtaStsSteps(deployment),
  ...dmarcSteps(deployment),
  ...daneSteps(deployment),
];
