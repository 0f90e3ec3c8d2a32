import { connect, type PeerCertificate } from "node:tls";
import type { Way } from "../site/tunnel";

/** The certificate that a server on the loopback of a {@link Way} shows, PEM. @throws Error in one line */
export function shownCertificate(way: Way, port: number, hostname: string, seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const raw = way.open("127.0.0.1", port);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      [socket, raw].forEach((one) => one.destroy());
      act();
    };
    // Its key is what we are after, whoever signed it.
    const socket = connect({ socket: raw, servername: hostname, rejectUnauthorized: false }, () => {
      const { raw: der } = socket.getPeerCertificate() as PeerCertificate;
      end(() => resolve(`-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`));
    });
    const timer = setTimeout(() => end(() => reject(new Error(`no TLS on port ${port} within ${seconds} s`))), seconds * 1000);
    [socket, raw].forEach((one) => one.on("error", (error: Error) => end(() => reject(error))));
  });
}
