import { isIP } from "node:net";
import type { Smarthost } from "../config";
import type { Way } from "../site/tunnel";

/** How a login was refused. */
export interface Refused {
  readonly step: "connect" | "tls" | "login";
  readonly said: string;
}

const STEPS: Readonly<Record<string, Refused["step"]>> = { EAUTH: "login", ENOAUTH: "login", ETLS: "tls" };
/** OpenSSL's and Node's words for a certificate that is not taken; all else is the connection. */
const CERTIFICATE = /certificate|altname|self.signed|TLS|SSL/i;

/** Logs in as the mail server does: never without TLS unless the contract says so by name, never with a certificate that is not the smarthost's; sends nothing. */
export async function tryLogin(way: Way, { host, port, tls, user }: Smarthost, { password, name, authorities }: { readonly password?: string; readonly name: string; readonly authorities?: readonly string[] }): Promise<Refused | undefined> {
  const { createTransport } = await import("nodemailer");
  const connection = way.open(host, port);
  const transport = createTransport({
    ...{ host, port, secure: tls === "implicit", requireTLS: tls === "starttls", ignoreTLS: tls === "plaintext", name, connection: connection as never },
    ...{ connectionTimeout: 8000, greetingTimeout: 8000, socketTimeout: 8000 },
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(authorities === undefined ? {} : { ca: [...authorities] }) },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
  });
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    const { code = "", message, response } = error as Error & { code?: string; response?: string };
    const step = STEPS[code] ?? (CERTIFICATE.test(message) ? "tls" : "connect");
    // A server may repeat what it got.
    return { step, said: (response ?? message).split("\n")[0].replaceAll(password || "\0", "…") };
  } finally {
    transport.close();
    connection.destroy();
  }
}
