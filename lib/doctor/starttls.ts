import type { Duplex } from "node:stream";
import type { Service } from "../wire";
import { ANSWERS, Dialog } from "./dialog";

/** Who we say we are: a name that nobody can own (RFC 2606). */
export const OWN_NAME = "doctor.example.com";

/** What a server says that greets and then does not let us come to TLS. */
export class NoTls extends Error {}

const expect = (answer: string, good: RegExp, asked: string): void => {
  if (!good.test(answer)) throw new NoTls(`it answers ${asked} with: ${answer.split(/\r?\n/).pop()}`);
};

/** As far as to where the ClientHello comes next; the words are each protocol's own. */
const STEPS: Partial<Record<Service["protocol"], (dialog: Dialog) => Promise<void>>> = {
  // RFC 3207
  smtp: async (dialog) => {
    await dialog.answer(ANSWERS.smtp);
    const offered = await dialog.ask(`EHLO ${OWN_NAME}`, ANSWERS.smtp);
    if (!/^250[ -]STARTTLS\b/im.test(offered)) throw new NoTls("it offers no STARTTLS");
    expect(await dialog.ask("STARTTLS", ANSWERS.smtp), /^220/, "STARTTLS");
  },
  // RFC 9051 section 6.2.1
  imap: async (dialog) => {
    await dialog.answer(ANSWERS.imapGreeting);
    expect(await dialog.ask("a1 STARTTLS", ANSWERS.imapTagged), /^a1 OK/im, "STARTTLS");
  },
  // RFC 5804 section 2.2
  manageSieve: async (dialog) => {
    const greeting = await dialog.answer(ANSWERS.sieve);
    if (!/^"STARTTLS"/im.test(greeting)) throw new NoTls("it offers no STARTTLS");
    expect(await dialog.ask("STARTTLS", ANSWERS.sieve), /^OK/im, "STARTTLS");
  },
};

/**
 * Brings a line with STARTTLS to where TLS begins.
 * @throws NoTls when the server greets and refuses; Error when it does not answer at all
 */
export async function startTls(stream: Duplex, protocol: Service["protocol"]): Promise<void> {
  const dialog = new Dialog(stream);
  try {
    await STEPS[protocol]?.(dialog);
  } finally {
    dialog.release();
  }
}
