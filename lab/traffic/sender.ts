import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Duplex, Readable } from "node:stream";
import { isSteady, type Attempt } from "./ledger";

export interface TrafficOptions {
  /** opens a connection to the public port from outside; the number of the message may choose the address family */
  readonly open: (number: number) => Duplex;
  readonly from: string;
  readonly to: string;
  /** who it says it is (RFC 5321 section 4.1.1.1) */
  readonly helo: string;
  /** marks the messages of this run, in the subject before the number */
  readonly mark: string;
  /** between two new messages, in milliseconds @default 400 */
  readonly pause?: number;
  /** a message that was not accepted is tried again after so many milliseconds, as a mail server would @default 1000 */
  readonly retry?: number;
  /** number of the first message @default 1 */
  readonly first?: number;
  /** TLS from the first byte, or after STARTTLS @default none */
  readonly tls?: { readonly how: "tls" | "starttls"; readonly servername: string };
  /** a user who submits @default none, as another mail server */
  readonly login?: { readonly user: string; readonly pass: string };
  /** a try takes at most so long @default 20 */
  readonly seconds?: number;
}

const PATIENCE = 20;

/** A mail server outside that never gives up: numbered messages at a steady pace, each tried until it is accepted or refused for good. */
export class Traffic {
  private readonly attempts: Attempt[] = [];
  private readonly begun = performance.now();
  private readonly waiting = new Set<Promise<void>>();
  private next: number;
  private over = false;
  private givenUp = false;
  private readonly loop: Promise<void>;

  constructor(private readonly options: TrafficOptions) {
    this.next = options.first ?? 1;
    this.loop = this.run();
  }

  private now = (): number => (performance.now() - this.begun) / 1000;

  private async run(): Promise<void> {
    while (!this.over) {
      const number = this.next++;
      const one = this.deliver(number).finally(() => this.waiting.delete(one));
      this.waiting.add(one);
      await sleep(this.options.pause ?? 400);
    }
  }

  private async deliver(number: number): Promise<void> {
    for (;;) {
      const begun = this.now();
      const refusal = await submit(this.options, number);
      this.attempts.push({ number, begun, ended: this.now(), accepted: refusal === undefined, ...(refusal === undefined ? {} : { why: refusal.why, forGood: refusal.forGood }) });
      // What is refused for good a mail server sends back, and tries no more (RFC 5321 section 4.2.1).
      if (refusal === undefined || refusal.forGood || this.givenUp) return;
      await sleep(this.options.retry ?? 1000);
    }
  }

  /** Whether mail has flowed for so many seconds, all after `from` (seconds since the traffic began). */
  steadySince(from: number, seconds: number): boolean {
    return isSteady(this.attempts, from, this.now(), seconds);
  }

  get seconds(): number {
    return this.now();
  }

  /** No new message; those that wait are tried for at most `patience` seconds more. */
  async stop(patience = 60): Promise<readonly Attempt[]> {
    this.over = true;
    await this.loop;
    await Promise.race([Promise.all(this.waiting), sleep(patience * 1000)]);
    this.givenUp = true;
    await Promise.all(this.waiting);
    return this.attempts;
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface Refusal {
  readonly why: string;
  /** an answer of the 5yz kind */
  readonly forGood: boolean;
}
const refusalOf = (error: Error & { readonly responseCode?: number }): Refusal => ({ why: error.message, forGood: (error.responseCode ?? 0) >= 500 });

/**
 * One try. @param body the message, from its head on @default a short one
 * @returns undefined when the message was accepted, else what stood in the way
 */
export function submit(options: TrafficOptions, number: number, body?: (head: string) => Readable): Promise<Refusal | undefined> {
  const { open, from, to, helo, mark, tls, login, seconds = PATIENCE } = options;
  return new Promise((resolve) => {
    const socket = open(number);
    const connection = new SMTPConnection({
      connection: socket as never,
      ignoreTLS: tls === undefined,
      secure: tls?.how === "tls",
      requireTLS: tls?.how === "starttls",
      // The certificate is the proof's business.
      tls: { servername: tls?.servername, rejectUnauthorized: false },
      name: helo,
      greetingTimeout: seconds * 1000,
      socketTimeout: seconds * 1000,
    });
    const end = (refusal?: Refusal): void => {
      clearTimeout(timer);
      resolve(refusal);
      connection.quit();
      setTimeout(() => socket.destroy(), 500).unref();
    };
    const timer = setTimeout(() => end({ why: `nothing within ${seconds} s`, forGood: false }), seconds * 1000);
    const head = `From: ${from}\r\nTo: ${to}\r\nSubject: ${mark} ${number}\r\nMessage-ID: <${mark}-${number}@${helo}>\r\nDate: ${new Date().toUTCString()}\r\n\r\n`;
    const send = (): void => {
      const message = body?.(head) ?? `${head}number ${number}\r\n`;
      connection.send({ from, to: [to] }, message, (error) => end(error === null ? undefined : refusalOf(error)));
    };
    connection.on("error", (error: Error) => end(refusalOf(error)));
    connection.on("end", () => end({ why: "closed", forGood: false }));
    socket.on("error", (error: Error) => end(refusalOf(error)));
    connection.connect(() => {
      if (login === undefined) send();
      else connection.login(login, (error) => (error === null ? send() : end(refusalOf(error))));
    });
  });
}
