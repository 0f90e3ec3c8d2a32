import { spawn } from "node:child_process";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Service } from "../wire";

/** One line of a wire as a stranger meets it. */
export interface Target {
  readonly line: string;
  readonly port: number;
  readonly protocol: Service["protocol"];
  /** TLS from the first byte */
  readonly tls: boolean;
  /** name that a client asks for (SNI) */
  readonly servername: string;
}
export interface Answer {
  readonly ok: boolean;
  readonly said: string;
}

/** First words of a server, and the last of a client: whoever just hangs up counts as an attacker after a while. */
const MANNERS: Partial<Record<Service["protocol"], { readonly greeting: RegExp; readonly goodbye: string }>> = {
  smtp: { greeting: /^220[ -]/, goodbye: "QUIT" },
  imap: { greeting: /^\* (OK|PREAUTH)/, goodbye: "a LOGOUT" },
  pop3: { greeting: /^\+OK/, goodbye: "QUIT" },
  manageSieve: { greeting: /^("|OK)/, goodbye: "LOGOUT" },
};

const SECONDS = 8;

/** From this machine. */
export const directly = (host: string, port: number): Duplex => connect({ host, port });

/** From inside a container, by the nc that is there: what a program on that host would see. */
export function through(dockerHost: string, container: string, port: number, environment: NodeJS.ProcessEnv): Duplex {
  const child = spawn("docker", ["-H", dockerHost, "exec", "-i", container, "nc", "127.0.0.1", String(port)], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once("error", (error) => stream.destroy(error));
  stream.once("close", () => child.kill());
  return stream;
}

/** Opens a line, waits for its greeting (for HTTPS: until TLS stands), and takes leave. */
export function talk(open: () => Duplex, { tls, servername, protocol }: Target): Promise<Answer> {
  return new Promise((resolve) => {
    const raw = open();
    const stream = tls ? connectTls({ socket: raw, servername, rejectUnauthorized: false }) : raw;
    const manners = MANNERS[protocol];
    let text = "";
    const end = (ok: boolean, said: string): void => {
      clearTimeout(timer);
      if (ok && manners !== undefined) stream.write(`${manners.goodbye}\r\n`);
      setTimeout(() => [stream, raw].forEach((one) => one.destroy()), ok ? 300 : 0);
      resolve({ ok, said });
    };
    const timer = setTimeout(() => end(false, `no greeting within ${SECONDS} s`), SECONDS * 1000);
    for (const one of new Set([raw, stream])) {
      one.on("error", (error) => end(false, error.message));
      one.on("close", () => end(false, text === "" ? "closed without a word" : text));
    }
    stream.on("secureConnect", () => manners === undefined && end(true, certificateOf(stream as TLSSocket)));
    stream.on("data", (data: Buffer) => {
      text += data.toString("latin1");
      const line = text.split(/\r?\n/)[0];
      if (text.includes("\n")) end(manners?.greeting.test(text) ?? true, tls ? `${line} (${certificateOf(stream as TLSSocket)})` : line);
    });
  });
}

function certificateOf(socket: TLSSocket): string {
  const { subject } = socket.getPeerCertificate();
  return `${socket.getProtocol()}, certificate of ${subject?.CN ?? "nobody"}${socket.authorized ? "" : ", not trusted here"}`;
}
