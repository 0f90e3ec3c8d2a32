import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Target } from "../site/talk";
import { startTls } from "./starttls";

/** A line of IMAP, from its first byte or after STARTTLS in TLS. The certificate is other checks' business. @throws Error */
export async function secured(raw: Duplex, { protocol, tls, servername }: Target, seconds: number): Promise<Duplex> {
  raw.on("error", () => undefined);
  if (!tls) await startTls(raw, protocol);
  const stream = connectTls({ socket: raw, servername, rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the TLS handshake stalls: not done after ${seconds} s`)), seconds * 1000);
    stream.once("secureConnect", resolve).once("error", (error) => reject(new Error(tlsWords(error.message)))).once("close", () => reject(new Error("closed in the TLS handshake")));
    stream.once("close", () => clearTimeout(timer)).once("secureConnect", () => clearTimeout(timer));
  });
  return stream;
}

/** OpenSSL's own line is long and full of numbers: `…:SSL routines:ssl3_read_bytes:tlsv1 alert decode error:…`. */
const tlsWords = (message: string): string => {
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return reason === undefined ? message.trim() : `no TLS: ${reason}`;
};

/** As much of IMAP as it takes to find a message, fetch it and take it away (RFC 9051). Answers are whole, literals among them. */
export class Imap {
  private text = "";
  private number = 0;
  private ended?: string;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly stream: Duplex,
    private readonly seconds: number,
  ) {
    stream.on("data", (data: Buffer) => this.hear(data.toString("latin1")));
    stream.on("error", (error: Error) => this.end(error.message)).on("close", () => this.end("closed without an answer"));
  }

  /** @throws Error, {@link Refused} for a wrong password */
  static async login(raw: Duplex, target: Target, { user, pass }: { readonly user: string; readonly pass: string }, seconds = 8): Promise<Imap> {
    const imap = new Imap(await secured(raw, target, seconds), seconds);
    const plain = Buffer.from(`\0${user}\0${pass}`).toString("base64");
    // After STARTTLS the greeting does not come again (RFC 9051 section 6.2.1).
    if (target.tls) await imap.until(() => imap.text.includes("\r\n"));
    imap.text = "";
    await imap.ask(`AUTHENTICATE PLAIN ${plain}`, "the login");
    return imap;
  }

  /** @param shown what is asked, for messages @returns all that it answers, without the last line */
  async ask(command: string, shown = command): Promise<string> {
    const tag = `d${(this.number += 1)}`;
    this.stream.write(`${tag} ${command}\r\n`);
    let end: { readonly at: number; readonly line: string } | undefined;
    await this.until(() => (end = endOf(this.text, tag)) !== undefined, shown);
    const { at, line } = end as unknown as { at: number; line: string };
    const answer = this.text.slice(0, at);
    this.text = this.text.slice(at + line.length + 2);
    if (!line.startsWith(`${tag} OK`)) throw new Refused(`IMAP refuses ${shown}: ${line.slice(tag.length + 1, tag.length + 120)}`);
    return answer;
  }

  async leave(): Promise<void> {
    await this.ask("LOGOUT").catch(() => undefined);
    this.stream.destroy();
  }

  private hear(text: string): void {
    this.text += text;
    this.wake();
  }
  private end(why: string): void {
    this.ended ??= why;
    this.wake();
  }
  private async until(done: () => boolean, what = "the greeting"): Promise<void> {
    const last = Date.now() + this.seconds * 1000;
    while (!done()) {
      if (this.ended !== undefined) throw new Error(`IMAP, ${what}: ${this.ended}`);
      const left = last - Date.now();
      if (left <= 0) throw new Error(`IMAP, ${what}: not whole after ${this.seconds} s, ${this.text.length} bytes came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** What the server said no to. */
export class Refused extends Error {}

/** Where the tagged line begins, literals (`{123}`) passed over; undefined when it has not come yet. */
export function endOf(text: string, tag: string): { readonly at: number; readonly line: string } | undefined {
  let at = 0;
  for (;;) {
    const stop = text.indexOf("\r\n", at);
    if (stop === -1) return undefined;
    const line = text.slice(at, stop);
    if (line.startsWith(`${tag} `)) return { at, line };
    const literal = /\{(\d+)\+?\}$/.exec(line)?.[1];
    at = stop + 2 + Number(literal ?? 0);
    if (at > text.length) return undefined;
  }
}
