import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Duplex } from "node:stream";
import type { Attempt } from "./ledger";

export interface TrafficOptions {
  /** opens a connection to the public port 25, from outside */
  readonly open: () => Duplex;
  readonly from: string;
  readonly to: string;
  /** marks the messages of this run, in the subject before the number */
  readonly mark: string;
  /** between two new messages, in milliseconds @default 400 */
  readonly pause?: number;
  /** a message that was not accepted is tried again after so many milliseconds, as a mail server would @default 1000 */
  readonly retry?: number;
}

const SECONDS = 20;

/** A mail server outside that never gives up: numbered messages at a steady pace, each tried until it is accepted. */
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
      const why = await submit(this.options, number);
      this.attempts.push({ number, begun, ended: this.now(), accepted: why === undefined, ...(why === undefined ? {} : { why }) });
      if (why === undefined || this.givenUp) return;
      await sleep(this.options.retry ?? 1000);
    }
  }

  /** Whether `count` new messages in a row were accepted at the first try since `from` (seconds since the traffic began). */
  steadySince(from: number, count: number): boolean {
    const later = this.attempts.filter(({ begun }) => begun >= from).slice(-count);
    return later.length >= count && later.every(({ accepted }) => accepted);
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

/** @returns undefined when the message was accepted, else what stood in the way */
function submit({ open, from, to, mark }: TrafficOptions, number: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = open();
    const connection = new SMTPConnection({ connection: socket as never, ignoreTLS: true, name: "sender.lab.test", greetingTimeout: SECONDS * 1000, socketTimeout: SECONDS * 1000 });
    const end = (why?: string): void => {
      clearTimeout(timer);
      resolve(why);
      connection.quit();
      setTimeout(() => socket.destroy(), 500).unref();
    };
    const timer = setTimeout(() => end(`nothing within ${SECONDS} s`), SECONDS * 1000);
    connection.on("error", (error: Error) => end(error.message));
    connection.on("end", () => end("closed"));
    socket.on("error", (error: Error) => end(error.message));
    connection.connect(() => {
      const message = `From: ${from}\r\nTo: ${to}\r\nSubject: ${mark} ${number}\r\nMessage-ID: <${mark}-${number}@sender.lab.test>\r\nDate: ${new Date().toUTCString()}\r\n\r\nnumber ${number}\r\n`;
      connection.send({ from, to: [to] }, message, (error) => end(error === null ? undefined : error.message));
    });
  });
}
