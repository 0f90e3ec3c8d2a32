import type { Duplex } from "node:stream";

/** A whole answer, from the first byte on. SMTP: RFC 5321 section 4.2; IMAP: RFC 9051 section 7; ManageSieve: RFC 5804 section 1.2. */
export const ANSWERS = {
  smtp: /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/,
  imapGreeting: /^\* [^\n]*\n/,
  imapTagged: /^(?:\*[^\n]*\n)*a\d+ [^\n]*\n/,
  sieve: /^(?:"[^\n]*\n)*(?:OK|NO|BYE)[^\n]*\n/,
} as const;

/** Talks in lines with a server, one question at a time. */
export class Dialog {
  private text = "";
  private ended: string | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly stream: Duplex,
    /** for each answer */
    private readonly seconds = 8,
  ) {
    stream.on("data", this.hear).on("error", this.fail).on("close", this.close);
  }

  private readonly hear = (data: Buffer): void => {
    this.text += data.toString("latin1");
    this.wake();
  };
  private readonly fail = (error: Error): void => {
    this.ended ??= error.message;
    this.wake();
  };
  private readonly close = (): void => {
    this.ended ??= "closed without an answer";
    this.wake();
  };

  /** The next whole answer. @throws Error when the connection ends before, or its time is up */
  async answer(whole: RegExp): Promise<string> {
    const end = Date.now() + this.seconds * 1000;
    for (;;) {
      const [found] = whole.exec(this.text) ?? [];
      if (found !== undefined) {
        this.text = this.text.slice(found.length);
        return found.trim();
      }
      if (this.ended !== undefined) throw new Error(this.ended);
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no answer within ${this.seconds} s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  ask(line: string, whole: RegExp): Promise<string> {
    this.stream.write(`${line}\r\n`);
    return this.answer(whole);
  }

  /** The stream is somebody else's from now on. */
  release(): void {
    this.stream.off("data", this.hear).off("error", this.fail).off("close", this.close);
  }

  /** Takes leave, so that the server does not count us among those who just hang up. */
  async leave(goodbye: string): Promise<void> {
    if (this.ended === undefined) this.stream.write(`${goodbye}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, this.ended === undefined ? 200 : 0));
    this.stream.on("error", () => undefined).destroy();
  }
}
