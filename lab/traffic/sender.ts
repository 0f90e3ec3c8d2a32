import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Duplex } from "node:stream";
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
}

const SECONDS = 20;

/** A mail server outside that never gives up: numbered messages at a steady pace, each tried until it is accepted or refused for good. */
export class Traffic {
  private readonly attempts: Attempt[] = [];
  private readonly begun = performance.now();
  private readonly waiting = new Set<Promise<void>>();
  private next = 1;
  private over = false;
  private givenUp = false;
  private readonly loop: Promise<void>;

  constructor(private readonly options: TrafficOptions) {
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

interface Refusal {
  readonly why: string;
  /** an answer of the 5yz kind */
  readonly forGood: boolean;
}
const refusalOf = (error: Error & { readonly responseCode?: number }): Refusal => ({ why: error.message, forGood: (error.responseCode ?? 0) >= 500 });

/** @returns undefined when the message was accepted, else what stood in the way */
function submit({ open, from, to, helo, mark }: TrafficOptions, number: number): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    const socket = open(number);
    const connection = new SMTPConnection({ connection: socket as never, ignoreTLS: true, name: helo, greetingTimeout: SECONDS * 1000, socketTimeout: SECONDS * 1000 });
    const end = (refusal?: Refusal): void => {
      clearTimeout(timer);
      resolve(refusal);
      connection.quit();
      setTimeout(() => socket.destroy(), 500).unref();
    };
    const timer = setTimeout(() => end({ why: `nothing within ${SECONDS} s`, forGood: false }), SECONDS * 1000);
    connection.on("error", (error: Error) => end(refusalOf(error)));
    connection.on("end", () => end({ why: "closed", forGood: false }));
    socket.on("error", (error: Error) => end(refusalOf(error)));
    connection.connect(() => {
      const message = `From: ${from}\r\nTo: ${to}\r\nSubject: ${mark} ${number}\r\nMessage-ID: <${mark}-${number}@${helo}>\r\nDate: ${new Date().toUTCString()}\r\n\r\nnumber ${number}\r\n`;
      connection.send({ from, to: [to] }, message, (error) => end(error === null ? undefined : refusalOf(error)));
    });
  });
}
