import type { Certificates } from "../config";
import type { RecordData } from "./records";

/** By the host of their ACME directory: the names that certificate authorities have in CAA records, as their documentation has them. */
const ISSUERS: Readonly<Record<string, string>> = {
  "acme-v02.api.letsencrypt.org": "letsencrypt.org",
  "acme-staging-v02.api.letsencrypt.org": "letsencrypt.org",
  "acme.zerossl.com": "sectigo.com",
  "dv.acme-v02.api.pki.goog": "pki.goog",
  "api.buypass.com": "buypass.com",
};

/** @returns undefined for an authority that is not known here */
export const issuerOf = (directory: string): string | undefined => ISSUERS[new URL(directory).hostname];

type Caa = Extract<RecordData, { type: "CAA" }>;

/** Only these accounts get a certificate for a name, only by this challenge (RFC 8657), and nobody a wildcard (RFC 8659 section 4.3). */
export const caaRecords = (issuer: string, accounts: readonly string[], challenge: Extract<Certificates, { kind: "acme" }>["challenge"]): Caa[] => [
  ...accounts.map((account): Caa => ({ type: "CAA", flags: 0, tag: "issue", value: `${issuer}; accounturi=${account}; validationmethods=${challenge}` })),
  { type: "CAA", flags: 0, tag: "issuewild", value: ";" },
];
