import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Target } from "../site/talk";
import { ANSWERS, Dialog } from "./dialog";
import { Refused, secured, type Imap } from "./imap";
import { OWN_NAME } from "./starttls";

export interface Login {
  readonly user: string;
  readonly pass: string;
}

/** A message that nobody else has sent: its name is in its subject, in its Message-ID and in our EHLO. */
export interface Letter {
  readonly mark: string;
  readonly ehlo: string;
  readonly text: string;
}

/** @param bytes about so long @param from in its header: for strangers a domain without any policy, so that none refuses it */
export function letter(to: string, from: string, now: Date, bytes = 0): Letter {
  const mark = `doctor-${randomBytes(8).toString("hex")}`;
  const ehlo = `${mark}.${OWN_NAME}`;
  const filler = Array.from({ length: Math.ceil(bytes / 72) }, () => randomBytes(35).toString("hex")).join("\r\n");
  const head = [`From: ${from}`, `To: ${to}`, `Subject: tailwart ${mark}`, `Message-ID: <${mark}@${OWN_NAME}>`, `Date: ${now.toUTCString().replace("GMT", "+0000")}`, "Auto-Submitted: auto-generated", "MIME-Version: 1.0"];
  return { mark, ehlo, text: `${head.join("\r\n")}\r\n\r\nsent by npm run doctor, which takes it away again\r\n${filler}\r\n` };
}

/** At which word a server stopped answering, or what it refused. */
export class NotTaken extends Error {
  constructor(
    readonly at: string,
    readonly said: string,
  ) {
    super(`${at}: ${said}`);
  }
}

/** Hands a message over: as a stranger on an open connection, or with a login in TLS. @throws NotTaken */
export async function post(raw: Duplex, target: Target, { ehlo, text }: Letter, to: string, login?: Login, seconds = 10): Promise<void> {
  let at = "connecting";
  try {
    const stream = login === undefined ? raw : await secured(raw, target, seconds);
    const dialog = new Dialog(stream, seconds);
    const ask = async (what: string, line: string, good: RegExp): Promise<void> => {
      at = what;
      const answer = await dialog.ask(line, ANSWERS.smtp);
      if (!good.test(answer)) throw new NotTaken(at, answer.split(/\r?\n/).pop() ?? "");
    };
    at = "greeting";
    // After STARTTLS there is no second greeting.
    if (login === undefined || target.tls) await dialog.answer(ANSWERS.smtp);
    await ask("EHLO", `EHLO ${ehlo}`, /^250/);
    if (login !== undefined) await ask("AUTH", `AUTH PLAIN ${Buffer.from(`\0${login.user}\0${login.pass}`).toString("base64")}`, /^235/);
    await ask("MAIL FROM", `MAIL FROM:<${login?.user ?? ""}>`, /^250/);
    await ask("RCPT TO", `RCPT TO:<${to}>`, /^25/);
    await ask("DATA", "DATA", /^354/);
    await ask("the message", `${text.replace(/^\./gm, "..")}.`, /^250/);
    await dialog.leave("QUIT");
  } catch (error) {
    throw error instanceof NotTaken ? error : new NotTaken(at, error instanceof Error ? error.message : String(error));
  } finally {
    raw.on("error", () => undefined).destroy();
  }
}

/** Where new messages of an account will lie, and from which number on. */
export type Places = ReadonlyMap<string, number>;

/** Its inbox and its folder for spam, by their purpose (RFC 6154) or by name. */
export async function places(imap: Imap): Promise<Places> {
  const all = [...(await imap.ask('LIST "" "*"')).matchAll(/^\* LIST \(([^)]*)\) \S+ (\S.*?)\r?$/gm)];
  const found = new Map<string, number>();
  for (const [, flags, name] of all.filter(([, flags, name]) => /\\Junk/i.test(flags) || /^"?(INBOX|Junk|Spam)"?$/i.test(name))) {
    if (/\\(Noselect|NonExistent)/i.test(flags)) continue;
    found.set(name, Number(/UIDNEXT (\d+)/i.exec(await imap.ask(`SELECT ${name}`))?.[1] ?? 1));
  }
  return found;
}

/** The text of a message with that mark among those that are new; not by SEARCH, for indexes come later. */
export async function fetched(imap: Imap, where: Places, mark: string): Promise<{ readonly text: string; readonly uid: number } | undefined> {
  for (const [folder, first] of where) {
    await imap.ask(`SELECT ${folder}`);
    const heads = await imap.ask(`UID FETCH ${first}:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])`);
    const one = heads.split(/^(?=\* \d+ FETCH)/m).find((head) => head.includes(mark));
    const uid = one === undefined ? undefined : /\bUID (\d+)/.exec(one)?.[1];
    if (uid !== undefined) return { uid: Number(uid), text: await imap.ask(`UID FETCH ${uid} (BODY.PEEK[])`, "the fetching of a message") };
  }
  return undefined;
}

/**
 * Removes one message of the selected folder. A server without UIDPLUS (maddy) knows only an EXPUNGE of all that is marked:
 * there it is used when nothing else is marked, and otherwise the mark stays for the owner's own next one.
 */
async function takeAway(imap: Imap, uid: number): Promise<void> {
  await imap.ask(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  try {
    await imap.ask(`UID EXPUNGE ${uid}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const marked = /^\* SEARCH(.*)\r?$/m.exec(await imap.ask("UID SEARCH DELETED"))?.[1].trim().split(/\s+/) ?? [];
    if (marked.length === 1 && marked[0] === String(uid)) await imap.ask("EXPUNGE");
  }
}

/** Waits for messages and takes them away. @returns text by mark; those that did not come are not in it */
export async function collect(imap: Imap, where: Places, marks: readonly string[], patienceSeconds: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const end = Date.now() + patienceSeconds * 1000; ; ) {
    for (const mark of marks.filter((one) => !found.has(one))) {
      const one = await fetched(imap, where, mark);
      if (one === undefined) continue;
      found.set(mark, one.text);
      await takeAway(imap, one.uid);
    }
    if (found.size === marks.length || Date.now() > end) return found;
    await sleep(300);
  }
}
