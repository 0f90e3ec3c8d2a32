import type { Certificates, Web } from "./deployment";
import type { Findings } from "./findings";

/** By the host of their directory: authorities that make no account without a binding, as their documentation has it. */
const WANTS_EAB: readonly string[] = ["acme.zerossl.com", "dv.acme-v02.api.pki.goog", "dv.acme-v02.test-api.pki.goog", "acme.ssl.com", "acme.sectigo.com", "acme.digicert.com"];

type Acme = Extract<Certificates, { kind: "acme" }>;

/** The certificate's source; own files are still the operator's paths. */
export type CertificateChoice = Acme | { readonly kind: "none" } | { readonly kind: "files"; readonly chain: string; readonly key: string };

/** Both keys of a binding, or none. */
function eabOf(f: Findings): Pick<Acme, "eab"> {
  const names = ["STALWART_ACME_EAB_KEY_ID", "STALWART_ACME_EAB_HMAC_KEY"] as const;
  const given = names.filter((name) => f.isGiven(name));
  const { host } = new URL(f.settings.STALWART_ACME_DIRECTORY);
  const wanted = WANTS_EAB.includes(host);
  if (given.length === 0 && !wanted) return {};
  const [one] = given;
  for (const name of names) f.need(name, one === undefined ? `${host} (STALWART_ACME_DIRECTORY) makes no account without it` : `${one === name ? "the account is bound with it" : `${one} is set, and both are needed`}`);
  return { eab: true };
}

function acmeOf(f: Findings, provider: "spaceship" | "tls-alpn-01", web: Web | undefined): Acme {
  const { MAIL_TLS_CERT_FILE, MAIL_SERVER, STALWART_ACME_DIRECTORY: directory } = f.settings;
  const refuse = (rest: string): void => f.refuse("STALWART_ACME_PROVIDER", provider, rest);
  if (MAIL_SERVER === "maddy") refuse("it is Stalwart's, and MAIL_SERVER is maddy; set MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE instead");
  else if (MAIL_TLS_CERT_FILE !== undefined) refuse("MAIL_TLS_CERT_FILE is set too; keep one of them");
  if (provider === "spaceship") {
    f.need("STALWART_ACME_KEY", "Spaceship's API asks for it");
    f.need("STALWART_ACME_TOKEN", "Spaceship's API asks for it");
    return { kind: "acme", challenge: "dns-01", directory, ...eabOf(f) };
  }
  if (web === undefined && MAIL_SERVER === "stalwart")
    refuse("the certificate authority connects through the edge's HTTPS port, and this edge is mail-only; use EDGE_WEB=shared or spaceship");
  else if (web && !web.names.includes("mail")) refuse("the edge has to hand MAIL_HOSTNAME to the mailbox for it; add mail to WEB_NAMES");
  return { kind: "acme", challenge: "tls-alpn-01", directory, ...eabOf(f) };
}

/** How the mail server gets its certificate. */
export function certificatesOf(f: Findings, web: Web | undefined): CertificateChoice {
  const { settings: s } = f;
  const [chain, key] = [s.MAIL_TLS_CERT_FILE, s.MAIL_TLS_KEY_FILE];
  if ((chain === undefined) !== (key === undefined)) {
    const [lacking, set] = chain === undefined ? (["MAIL_TLS_CERT_FILE", "MAIL_TLS_KEY_FILE"] as const) : (["MAIL_TLS_KEY_FILE", "MAIL_TLS_CERT_FILE"] as const);
    f.lacks(lacking, `${set} is set, and a certificate needs both its chain and its key; set it too`);
  }
  const provider = s.STALWART_ACME_PROVIDER ?? "none";
  if (provider !== "none") return acmeOf(f, provider, web);
  f.idle("STALWART_ACME_PROVIDER is none", "STALWART_ACME_DIRECTORY");
  if (chain !== undefined && key !== undefined) {
    f.needFile("MAIL_TLS_CERT_FILE", chain);
    f.needFile("MAIL_TLS_KEY_FILE", key);
    return { kind: "files", chain, key };
  }
  if (s.MTA_STS_MODE === "enforce")
    f.refuse("MTA_STS_MODE", "enforce", "without a certificate that others trust (STALWART_ACME_PROVIDER, MAIL_TLS_CERT_FILE) every sender that honours it would refuse to deliver; set one, or use testing");
  if (s.MAIL_SERVER === "maddy") f.needOther("MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE: maddy needs a certificate by files");
  else f.warn("no certificate is configured: the server makes one of its own that nobody trusts; set STALWART_ACME_PROVIDER or MAIL_TLS_CERT_FILE");
  return { kind: "none" };
}
