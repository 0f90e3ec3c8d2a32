import type { DnsSite } from "./deployment";
import type { Findings } from "./findings";

/** Mechanisms that make the receiver look something up; it stops at ten (RFC 7208 section 4.6.4). */
const LOOKS_UP = /^(include:|exists:|a\b|mx\b)/;
const MOST_LOOKUPS = 10;

/** What the zones say, as far as it is the operator's choice. */
export function dnsOf(f: Findings): DnsSite {
  const { settings: s } = f;
  const lookups = (s.DNS_SPF_ALSO ?? []).filter((term) => LOOKS_UP.test(term));
  if (lookups.length > MOST_LOOKUPS)
    f.refuse("DNS_SPF_ALSO", `${lookups.length} mechanisms with a look-up`, `allowed: ${MOST_LOOKUPS}, or receivers give up on the whole record (RFC 7208 section 4.6.4); take some out, or write ip4: and ip6:`);
  for (const term of s.DNS_SPF_ALSO ?? [])
    if (s.MAIL_DOMAIN.some((domain) => term === `include:${domain}`)) f.refuse("DNS_SPF_ALSO", term, "this is the record itself (MAIL_DOMAIN), which would include itself for ever; name what sends");
  if (s.DNS_TLSA && (s.STALWART_ACME_PROVIDER ?? "none") === "none" && s.MAIL_TLS_CERT_FILE === undefined)
    f.refuse("DNS_TLSA", "true", "without a certificate of your own (STALWART_ACME_PROVIDER, MAIL_TLS_CERT_FILE) the server makes a new one at each start, and mail would stop; set one, or use false");
  return {
    egress: s.MAIL_EGRESS,
    spfAlso: s.DNS_SPF_ALSO,
    spfAll: s.DNS_SPF_ALL,
    dmarc: s.DNS_DMARC,
    reports: s.DNS_REPORTS,
    tlsa: s.DNS_TLSA,
    ttl: s.DNS_TTL,
    resolvers: s.DNS_RESOLVERS,
  };
}
