import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../certificates";
import { must } from "../processes";
import { NEEDS, pathOf } from "../programs";

const DAY = 24 * 60 * 60 * 1000;
const stamp = (days: number): string => new Date(Date.now() + days * DAY).toISOString().replace(/[-:T]|\.\d+/g, "");

export interface Wish {
  readonly names: readonly string[];
  /** its life, in days from now @default -30 to 60 */
  readonly from?: number;
  readonly to?: number;
  /** only the server's own certificate, without the one above it */
  readonly bare?: boolean;
}

/** A root and an authority under it, as certificates are issued in earnest (openssl-ca(1)). */
export class Authority {
  private count = 0;

  private constructor(
    private readonly folder: string,
    /** PEM of the root, to be trusted */
    readonly root: string,
    readonly rootFile: string,
  ) {}

  static async make(folder: string, name = "root"): Promise<Authority> {
    const file = (end: string): string => join(folder, `${name}.${end}`);
    const openssl = pathOf(NEEDS.openssl);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await must(openssl, ["req", "-x509", ...key, "-days", "400", "-subj", `/CN=${name}`, "-out", file("crt"), "-keyout", file("key")]);
    writeFileSync(file("ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    await must(openssl, ["req", ...key, "-subj", `/CN=${name} authority`, "-out", file("csr"), "-keyout", file("middle.key")]);
    await must(openssl, ["x509", "-req", "-in", file("csr"), "-CA", file("crt"), "-CAkey", file("key"), "-CAcreateserial", "-days", "400", "-extfile", file("ext"), "-out", file("middle.crt")]);
    writeFileSync(file("index"), "");
    writeFileSync(
      file("cnf"),
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${file("index")}\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=policy\nunique_subject=no\ncertificate=${file("middle.crt")}\nprivate_key=${file("middle.key")}\n[policy]\ncommonName=supplied\n`,
    );
    return new Authority(join(folder, name), readFileSync(file("crt"), "utf8"), file("crt"));
  }

  async issue({ names, from = -30, to = 60, bare = false }: Wish): Promise<Certificate> {
    const at = `${this.folder}-${++this.count}`;
    const openssl = pathOf(NEEDS.openssl);
    const [cert, key, both] = [`${at}.crt`, `${at}.key`, `${at}.pem`];
    writeFileSync(`${at}.ext`, `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\nbasicConstraints=CA:FALSE\n`);
    await must(openssl, ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${names[0]}`, "-out", `${at}.csr`, "-keyout", key]);
    await must(openssl, ["ca", "-batch", "-notext", "-config", `${this.folder}.cnf`, "-in", `${at}.csr`, "-out", cert, "-startdate", stamp(from), "-enddate", stamp(to), "-extfile", `${at}.ext`]);
    const chain = readFileSync(cert, "utf8") + (bare ? "" : readFileSync(`${this.folder}.middle.crt`, "utf8"));
    writeFileSync(cert, chain);
    writeFileSync(both, readFileSync(key, "utf8") + chain, { mode: 0o600 });
    return { subject: names[0], cert, key, both };
  }
}
