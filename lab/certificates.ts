import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuseIfAny } from "../lib/errors";
import { lastLine, run } from "../lib/site/run";
import { CONTROL, DOMAIN, REMOTE, WEB_NAME } from "./addresses";

/** A certificate and its key, as paths. */
export interface Pair {
  readonly chain: string;
  readonly key: string;
}
export interface Certificates {
  /** of the authority that everybody in the lab trusts */
  readonly authority: string;
  readonly mail: Pair;
  readonly remote: Pair;
  readonly web: Pair;
  readonly relay: Pair;
}

const DAYS = "30";

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  const { status, stderr } = await run("openssl", args, { cwd: folder, seconds: 60 });
  refuseIfAny(status === 0 ? [] : [status === 127 ? "openssl: got nothing that runs; install openssl, the lab makes its certificates with it" : `openssl: ${lastLine(stderr)}`]);
}

/** A certificate authority of the lab's own and what it signs; what is there already is kept. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = join(folder, "authority.pem");
  if (!existsSync(authority))
    await openssl(folder, ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", DAYS, "-subj", "/CN=tailwart lab authority", "-keyout", "authority.key", "-out", "authority.pem"]);
  const pair = async (name: string, subject: string, names: readonly string[]): Promise<Pair> => {
    const made: Pair = { chain: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    if (existsSync(made.chain)) return made;
    await openssl(folder, ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", `/CN=${subject}`, "-keyout", `${name}.key`, "-out", `${name}.csr`]);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names.join(",")}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`);
    await openssl(folder, ["x509", "-req", "-in", `${name}.csr`, "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", DAYS, "-extfile", `${name}.ext`, "-out", `${name}.pem`]);
    return made;
  };
  return {
    authority,
    mail: await pair("mail", `mail.${DOMAIN}`, [`DNS:${DOMAIN}`, `DNS:*.${DOMAIN}`]),
    remote: await pair("remote", REMOTE.mx, [`DNS:${REMOTE.mx}`, `DNS:${REMOTE.smarthost}`]),
    web: await pair("web", WEB_NAME, [`DNS:${WEB_NAME}`]),
    relay: await pair("relay", CONTROL.gateway, [`IP:${CONTROL.gateway}`]),
  };
}
