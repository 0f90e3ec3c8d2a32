import type { Duplex } from "node:stream";
import { Imap } from "../../lib/doctor/imap";
import type { Target } from "../../lib/site/talk";
import { isSteady, type Attempt } from "./ledger";

export interface ReaderOptions {
  /** opens a connection to the public port, from outside; counts the connections */
  readonly open: (number: number) => Duplex;
  readonly target: Target;
  readonly login: { readonly user: string; readonly pass: string };
  /** between two questions, in milliseconds @default 1000 */
  readonly pause?: number;
}

/** An answer takes at most this long, in seconds; then the reader connects again, as mail programs do. */
const SECONDS = 10;
/** Every so many questions the folder is opened again, which asks what lies behind the mail server too. */
const SELECT_EVERY = 5;

/** A mail program outside that stays logged in, asks all the time, and connects again when it gets no answer. */
export class Reader {
  private readonly attempts: Attempt[] = [];
  private readonly begun = performance.now();
  private over = false;
  private readonly loop: Promise<void>;

  constructor(private readonly options: ReaderOptions) {
    this.loop = this.run();
  }

  private now = (): number => (performance.now() - this.begun) / 1000;

  private async run(): Promise<void> {
    for (let number = 1; !this.over; number += 1) {
      const raw = this.options.open(number);
      let begun = this.now();
      try {
        const imap = await Imap.login(raw, this.options.target, this.options.login, SECONDS);
        for (let asked = 0; !this.over; asked += 1) {
          await imap.ask(asked % SELECT_EVERY === 0 ? "EXAMINE INBOX" : "NOOP");
          this.attempts.push({ number, begun, ended: this.now(), accepted: true });
          await sleep(this.options.pause ?? 1000);
          begun = this.now();
        }
        await imap.leave();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        // RFC 5530 section 3: [UNAVAILABLE] passes, a wrong password does not.
        const forGood = /AUTHENTICATIONFAILED|AUTHORIZATIONFAILED/i.test(why);
        this.attempts.push({ number, begun, ended: this.now(), accepted: false, why, forGood });
        await sleep(this.options.pause ?? 1000);
      } finally {
        raw.destroy();
      }
    }
  }

  /** Whether every question was answered for so many seconds, all after `from` (seconds since it began). */
  steadySince(from: number, seconds: number): boolean {
    return isSteady(this.attempts, from, this.now(), seconds);
  }

  get seconds(): number {
    return this.now();
  }

  async stop(): Promise<readonly Attempt[]> {
    this.over = true;
    await this.loop;
    return this.attempts;
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
