import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { must } from "./processes";
import { NEEDS, pathOf } from "./programs";

export interface Certificate {
  readonly subject: string;
  /** PEM files; `both` is the key and then its certificate */
  readonly cert: string;
  readonly key: string;
  readonly both: string;
}

/** A certificate that signs itself: a client that trusts exactly this file proves whom it talks to. */
export async function makeCertificate(folder: string, subject: string, names: readonly string[]): Promise<Certificate> {
  const [cert, key, both] = ["crt", "key", "pem"].map((end) => join(folder, `${subject}.${end}`));
  await must(pathOf(NEEDS.openssl), [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-subj", `/CN=${subject}`, "-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`, "-out", cert, "-keyout", key],
  ]);
  writeFileSync(both, readFileSync(key, "utf8") + readFileSync(cert, "utf8"), { mode: 0o600 });
  return { subject, cert, key, both };
}
