import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { within } from "./within";

/** What a server showed in a TLS handshake. */
export interface Shown {
  readonly certificate: X509Certificate;
  /** OpenSSL's word for why nobody trusts it (verify(1)); undefined when it is trusted. Names are not compared. */
  readonly distrust?: string;
}
export interface Asked {
  readonly servername: string;
  /** PEM @default those that Node.js knows */
  readonly authorities?: readonly string[];
}

const SECONDS = 8;

/** A TLS connection that stands, whatever its certificate is worth. @throws Error */
export async function shakeHands(stream: Duplex, { servername, authorities }: Asked): Promise<{ readonly socket: TLSSocket; readonly shown: Shown }> {
  const ca = authorities === undefined ? undefined : [...authorities];
  const socket = connect({ socket: stream, servername, ca, rejectUnauthorized: false, checkServerIdentity: () => undefined });
  const stands = new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve).on("error", reject).once("close", () => reject(new Error("closed without an answer")));
    stream.on("error", reject).once("close", () => reject(new Error("closed without an answer")));
  });
  try {
    await within(SECONDS, stands, "no TLS handshake");
  } catch (error) {
    socket.destroy();
    stream.destroy();
    throw error;
  }
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error("it shows no certificate");
  const reason = socket.authorizationError as unknown as string | undefined;
  return { socket, shown: { certificate, ...(socket.authorized ? {} : { distrust: String(reason ?? "not trusted") }) } };
}
