import type { Certificates, Deployment } from "../../config";
import { webHosts } from "../../wire";
import { domainId } from "./domains";
import { setOf, type Domain } from "./objects";
import { create, findText, number, placeholder, planFile, tolerated, update, type PlanFile } from "./request";
import { secretRef, secretText } from "./stores";

type Acme = Extract<Certificates, { kind: "acme" }>;
const CHALLENGE = { "dns-01": "Dns01", "tls-alpn-01": "TlsAlpn01" } as const;
/** By this text the plan knows its own DNS server. */
const DNS = "tailwart";

/**
 * The names in each domain's certificate: what the edge hands to the mailbox for it, and the mail host. Explicit, so that no
 * wildcard is asked for. Stalwart appends the domain to a name without a dot, and takes any other as it is.
 */
export function certificateNames(deployment: Deployment): string[][] {
  const { domains, hostname } = deployment;
  const hosts = [...new Set([hostname, ...webHosts(deployment), ...(deployment.mailbox.tlsNames ?? [])])];
  const home = (host: string): number => {
    const matching = domains.filter((domain) => host === domain || host.endsWith(`.${domain}`));
    return Math.max(0, domains.indexOf(matching.sort((a, b) => b.length - a.length)[0]));
  };
  return domains.map((domain, index) =>
    hosts
      .filter((host) => home(host) === index)
      .map((host) => {
        const label = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : host;
        return label.includes(".") ? host : label;
      })
      .sort(),
  );
}

/** The DNS provider's account. The server publishes DKIM keys with it, which it makes and rotates by itself, and nothing else. */
function dnsFiles(count: number): PlanFile[] {
  const find = findText("DnsServer", "dns", `"description":"${DNS}"`, ["description"]);
  const server = { "@type": "Spaceship", description: DNS, apiKey: secretText("STALWART_ACME_KEY"), secret: secretRef("STALWART_ACME_TOKEN") } as const;
  const id = placeholder("dns");
  const perDomain = Array.from({ length: count }, (_, index) => ({ name: `dns_of_${index + 1}`, domain: domainId(index) }));
  return [
    planFile("90-dns", find),
    planFile("91-dns.unless.dns", create("DnsServer", { dns: server }, "DNS server"), find),
    planFile("92-dns.if.dns", update("DnsServer", id, server, "DNS server")),
    // A domain whose records somebody chose by hand keeps them, as long as it uses this account.
    ...perDomain.flatMap(({ name, domain }, index) => [
      planFile(`93-dns-${number(index)}-look.if.dns`, findText("Domain", name, `"dnsServerId":"${id}"`, ["dnsManagement"], [domain])),
      planFile(
        `93-dns-${number(index)}-set.if.dns.unless.${name}`,
        update("Domain", domain, { dnsManagement: { "@type": "Automatic", dnsServerId: id, publishRecords: setOf("dkim") } }, `DNS of domain ${index + 1}`),
      ),
    ]),
  ];
}

/** The account with the certificate authority is made once: CAA records may be pinned to it (RFC 8657), and the authority counts. */
function providerFiles({ challenge, directory, eab }: Acme, contact: string): PlanFile[] {
  const find = findText("AcmeProvider", "acme", `"directory":"${directory}"`, ["directory"]);
  const challengeType = CHALLENGE[challenge];
  // Taken at the creation only, as text, and not kept (0.16.18, validate_acme_provider).
  const binding = eab ? { eabKeyId: secretText("STALWART_ACME_EAB_KEY_ID"), eabHmacKey: secretText("STALWART_ACME_EAB_HMAC_KEY") } : {};
  return [
    planFile("95-acme", find),
    // The server asks the authority at once. When it cannot be reached, mail goes on and the next start tries again.
    planFile("96-acme.unless.acme", tolerated(create("AcmeProvider", { acme: { challengeType, contact: setOf(contact), directory, ...binding } }, "account with the certificate authority")), find),
    planFile("97-acme.if.acme", update("AcmeProvider", placeholder("acme"), { challengeType }, "challenge")),
  ];
}

/** A domain is touched only when its names or its account differ: each change makes the server ask for a certificate. */
function namesFiles(names: readonly (readonly string[])[]): PlanFile[] {
  return names.flatMap((labels, index) => {
    if (labels.length === 0) return [];
    const found = `certificate_of_${index + 1}`;
    const management = { acmeProviderId: placeholder("acme"), subjectAlternativeNames: setOf(...labels) };
    const change = (certificateManagement: Domain["certificateManagement"], what: string) =>
      update("Domain", domainId(index), { certificateManagement }, `${what} of domain ${index + 1}`);
    return [
      planFile(`98-certificate-${number(index)}-look.if.acme`, findText("Domain", found, JSON.stringify(management).slice(1, -1), ["certificateManagement"], [domainId(index)])),
      planFile(
        `98-certificate-${number(index)}-set.if.acme.unless.${found}`,
        // Only a change from manual to automatic starts the order (0.16.16, validate_domain).
        change({ "@type": "Manual" }, "old certificate"),
        change({ "@type": "Automatic", ...management }, "certificate"),
      ),
    ];
  });
}

export function acmeFiles(deployment: Deployment): PlanFile[] {
  const { mailbox, domains } = deployment;
  const { certificates } = mailbox;
  if (certificates.kind !== "acme") return [];
  return [
    ...(certificates.challenge === "dns-01" ? dnsFiles(domains.length) : []),
    ...providerFiles(certificates, `postmaster@${domains[0]}`),
    ...namesFiles(certificateNames(deployment)),
  ];
}
