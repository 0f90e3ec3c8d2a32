import { HEADSCALE_FOR, olderThan, tagVersion } from "../versions";
import type { VariableName } from "./contract";
import { certificatesOf, type CertificateChoice } from "./certificates";
import type { Deployment, MailboxSite } from "./deployment";
import type { Findings } from "./findings";
import { imageOf } from "./image-bounds";
import { smarthostOf } from "./smarthost";

const ONLY_STALWART: readonly VariableName[] = ["STALWART_IMAGE", "STALWART_WEB_ADMIN", "STALWART_SPAM_RULES", "STALWART_ASN"];

/** Headscale's version is not in .env, so what the sidecar asks of it can only be said. */
function sidecarImageOf(f: Findings): string {
  const image = imageOf(f, "TAILSCALE_IMAGE");
  const version = tagVersion(image);
  if (f.settings.TS_LOGIN_SERVER !== undefined && version !== undefined && !olderThan(version, HEADSCALE_FOR.tailscale))
    f.warn(`TAILSCALE_IMAGE: Tailscale ${version} needs Headscale ${HEADSCALE_FOR.headscale} or newer; update it first, or take a version before ${HEADSCALE_FOR.tailscale}`);
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
    sidecarImage: sidecarImageOf(f),
    dockerHost: s.MAILBOX_DOCKER_HOST,
    ...(s.MAILBOX_DOCKER_SOCKET === undefined ? {} : { dockerSocket: s.MAILBOX_DOCKER_SOCKET }),
    ephemeral: s.TS_EPHEMERAL,
    smarthost: smarthostOf(f, deployment),
    certificates: certificatesOf(f, deployment.web),
    ...tlsNames(f, deployment),
    mtaSts: s.MTA_STS_MODE,
    downloads: { webAdmin: s.STALWART_WEB_ADMIN === "default", spamRules: s.STALWART_SPAM_RULES === "default", asn: s.STALWART_ASN === "default" },
  };
}
