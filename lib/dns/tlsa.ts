import { createHash, X509Certificate } from "node:crypto";
import type { RecordData } from "./records";

/** The key of a certificate (PEM), as mail servers look at it: DANE-EE, public key, SHA-256 (RFC 7672 section 3.1.1). */
export function tlsaRecord(certificate: string): Extract<RecordData, { type: "TLSA" }> {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  return { type: "TLSA", usage: 3, selector: 1, matching: 1, data: createHash("sha256").update(key).digest("hex") };
}
