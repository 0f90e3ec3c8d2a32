import type { X509Certificate } from "node:crypto";
import type { Shown } from "./handshake";

const DAY = 24 * 60 * 60 * 1000;
/** Days left that are too few, and few; of a short life a sixth and a quarter (Let's Encrypt renews 90 days after 60). */
const URGENT = { days: 14, share: 6 };
const SOON = { days: 21, share: 4 };

export interface Life {
  readonly daysLeft: number;
  readonly state: "not yet" | "fine" | "soon" | "urgent" | "over";
}

/** How far a certificate is in its life. */
export function lifeOf({ validFrom, validTo }: Pick<X509Certificate, "validFrom" | "validTo">, now: Date): Life {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const daysLeft = (to - now.getTime()) / DAY;
  const under = ({ days, share }: typeof URGENT): boolean => daysLeft < Math.min(days, (to - from) / DAY / share);
  const state = daysLeft <= 0 ? "over" : from > now.getTime() ? "not yet" : under(URGENT) ? "urgent" : under(SOON) ? "soon" : "fine";
  return { daysLeft: Math.floor(daysLeft), state };
}

const commonName = (subject: string | undefined): string => /(?:^|\n)CN=(.*)/.exec(subject ?? "")?.[1] ?? "nobody";
export const issuerOf = ({ issuer }: Pick<X509Certificate, "issuer">): string => commonName(issuer);
const namesOf = ({ subjectAltName }: X509Certificate): string => (subjectAltName ?? "no name").replace(/DNS:/g, "");
const dayOf = (text: string): string => new Date(text).toISOString().slice(0, 10);

/** OpenSSL's words for a chain of one, and for a longer one, that does not reach a known root (openssl-verification-options(1)). */
const ALONE = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
const UNKNOWN_ROOT = ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_GET_ISSUER_CERT", "SELF_SIGNED_CERT_IN_CHAIN"];

function distrustOf({ certificate, distrust }: Shown): string[] {
  if (distrust === undefined) return [];
  if (certificate.checkIssued(certificate)) return [`the certificate signs itself (${commonName(certificate.subject)}): the server has none from an authority and made one`];
  if (distrust === ALONE) return [`the chain is incomplete: only the server's own certificate is sent, without that of ${issuerOf(certificate)} between it and the root`];
  if (UNKNOWN_ROOT.includes(distrust)) return [`issued by ${issuerOf(certificate)}, which clients do not know`];
  return distrust.startsWith("CERT_HAS_EXPIRED") || distrust.startsWith("CERT_NOT_YET_VALID") ? [] : [`not trusted (${distrust}), issued by ${issuerOf(certificate)}`];
}

/** What is wrong with a certificate for clients that ask for a name. */
export function complaintsAbout(shown: Shown, name: string, now: Date): string[] {
  const { certificate } = shown;
  const { state, daysLeft } = lifeOf(certificate, now);
  const distrust = distrustOf(shown);
  const signsItself = certificate.checkIssued(certificate);
  return [
    ...distrust,
    // An expired certificate above it is a reason of its own.
    ...(distrust.length === 0 && state !== "over" && state !== "not yet" && shown.distrust !== undefined ? [`not trusted (${shown.distrust}): a certificate above it`] : []),
    ...(certificate.checkHost(name) === undefined && !signsItself ? [`it is for ${namesOf(certificate)}, not for ${name}`] : []),
    ...(state === "over" ? [`expired on ${dayOf(certificate.validTo)}`] : []),
    ...(state === "not yet" ? [`not valid before ${dayOf(certificate.validFrom)}; or this machine's clock is wrong`] : []),
    ...(state === "urgent" ? [`only ${daysLeft} days left (until ${dayOf(certificate.validTo)}); its renewal has failed for a while`] : []),
  ];
}
