import type { VariableName } from "./contract";
import { certificatesOf, type CertificateChoice } from "./certificates";
import type { Deployment, MailboxSite } from "./deployment";
import type { Findings } from "./findings";
import { smarthostOf } from "./smarthost";

/** First versions that can be used: Stalwart's start plan and PROXY trust, maddy's IMAP behind PROXY (foxcpp/maddy#783). */
const LEAST = { STALWART_IMAGE: [0, 16, 16], MADDY_IMAGE: [0, 9, 1] } as const;
const ONLY_STALWART: readonly VariableName[] = ["STALWART_IMAGE", "STALWART_WEB_ADMIN", "STALWART_SPAM_RULES", "STALWART_ASN"];

function imageOf(f: Findings, variable: keyof typeof LEAST): string {
  const image = f.settings[variable];
  const least = LEAST[variable];
  const tag = /:v?([^/@:]*)(@|$)/.exec(image)?.[1];
  // With a digest alone there is no version to look at.
  if (tag === undefined) return image;
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(tag)?.slice(1).map(Number);
  if (found === undefined && /^\d/.test(tag) && !image.includes("@")) f.refuse(variable, image, "its version is not whole and moves; write all three numbers");
  const difference = (found ?? []).map((part, index) => part - least[index]).find((part) => part !== 0) ?? 0;
  if (difference < 0) f.refuse(variable, image, `allowed: ${least.join(".")} or newer; older ones break the PROXY protocol or the start plan`);
  return image;
}

/** More names for the certificate. An authority proves them in the public DNS, so a MagicDNS name is not for it. */
function tlsNames(f: Findings, { hostname, tailnet }: Pick<Deployment, "hostname" | "tailnet">): Pick<MailboxSite, "tlsNames"> {
  const { MAIL_TLS_NAMES: names, STALWART_ACME_PROVIDER: provider = "none", MAIL_DOMAIN: domains, ADMIN_VHOST: vhost } = f.settings;
  if (names === undefined) return {};
  if (provider === "none") {
    f.idle("STALWART_ACME_PROVIDER is none, and a certificate by files has the names that it was made with", "MAIL_TLS_NAMES");
    return {};
  }
  for (const name of names) {
    if (name === tailnet.name || name.endsWith(`.${tailnet.name}`))
      f.refuse("MAIL_TLS_NAMES", name, "it is inside the tailnet (TS_TAILNET), where no authority can look; use MAIL_TLS_CERT_FILE for it, or have users dial MAIL_HOSTNAME (docs/dns.md)");
    else if (provider === "spaceship" && !domains.some((domain) => name === domain || name.endsWith(`.${domain}`)))
      f.refuse("MAIL_TLS_NAMES", name, "it is in none of the domains (MAIL_DOMAIN), so the DNS account cannot prove it; take it out, or use tls-alpn-01");
    else if (name === vhost) f.refuse("MAIL_TLS_NAMES", name, "it is ADMIN_VHOST, which belongs to the edge's web server; take it out of one of them");
    else if (domains.includes(name)) f.refuse("MAIL_TLS_NAMES", name, "this is a mail domain itself (MAIL_DOMAIN), whose address is the web site's; name a host below it");
  }
  return { tlsNames: names.filter((name) => name !== hostname) };
}

/** The mailbox; its certificates are still paths here, since nothing is read from disk before all is right. */
export function mailboxOf(f: Findings, deployment: Pick<Deployment, "web" | "hostname" | "tailnet" | "edges">): Omit<MailboxSite, "certificates"> & { certificates: CertificateChoice } {
  const { settings: s } = f;
  const stalwart = s.MAIL_SERVER === "stalwart";
  f.need("STALWART_ADMIN_PASSWORD", "the first account gets it");
  if (stalwart) f.idle("MAIL_SERVER is stalwart", "MADDY_IMAGE");
  else f.idle("MAIL_SERVER is maddy", ...ONLY_STALWART);
  return {
    server: s.MAIL_SERVER,
    image: imageOf(f, stalwart ? "STALWART_IMAGE" : "MADDY_IMAGE"),
    sidecarImage: s.TAILSCALE_IMAGE,
    dockerHost: s.MAILBOX_DOCKER_HOST,
    ephemeral: s.TS_EPHEMERAL,
    smarthost: smarthostOf(f, deployment),
    certificates: certificatesOf(f, deployment.web),
    ...tlsNames(f, deployment),
    mtaSts: s.MTA_STS_MODE,
    downloads: { webAdmin: s.STALWART_WEB_ADMIN === "default", spamRules: s.STALWART_SPAM_RULES === "default", asn: s.STALWART_ASN === "default" },
  };
}
