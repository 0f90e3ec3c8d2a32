import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../processes";
import { NEEDS, pathOf } from "../programs";

/** A signing certificate, and others under it: programs that refuse a certificate which signs itself take these. */
export class Authority {
  private constructor(
    private readonly folder: string,
    /** PEM, to be trusted */
    readonly certificate: string,
  ) {}

  static async make(folder: string): Promise<Authority> {
    const [key, cert] = [join(folder, "authority.key"), join(folder, "authority.crt")];
    await must(pathOf(NEEDS.openssl), ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=authority", "-out", cert, "-keyout", key]);
    return new Authority(folder, readFileSync(cert, "utf8"));
  }

  /** Files with a key and its certificate for one name. */
  async issue(name: string): Promise<{ key: string; cert: string }> {
    const [key, request, cert, extensions] = ["key", "csr", "crt", "ext"].map((end) => join(this.folder, `issued-${name}.${end}`));
    writeFileSync(extensions, `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
    await must(pathOf(NEEDS.openssl), ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`, "-out", request, "-keyout", key]);
    const by = ["-CA", join(this.folder, "authority.crt"), "-CAkey", join(this.folder, "authority.key"), "-CAcreateserial"];
    await must(pathOf(NEEDS.openssl), ["x509", "-req", "-in", request, "-out", cert, "-days", "2", "-extfile", extensions, ...by]);
    return { key, cert };
  }
}
