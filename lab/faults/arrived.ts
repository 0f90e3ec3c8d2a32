import { Imap } from "../../lib/doctor/imap";
import { fromHere } from "../../lib/site/tunnel";
import { HOSTS, MAIL_HOST, TRAFFIC } from "../addresses";
import type { Bench, Family } from "../bench";

/** Opens a public line from outside: from the engine's own host, so that it outlives the engine. */
export const openOutside = (port: number, family: Family = "ipv4") => fromHere.open(HOSTS.edge[family], port);

/** A marked message that is in the mailbox. */
export interface Found {
  readonly number: number;
  /** the mailbox's own Received: header shows the client that sent it */
  readonly rightClient: boolean;
}

/** Marked messages out of FETCH's answer with Subject: and Received: headers; the topmost Received: is the mailbox's own. */
export function foundIn(answer: string, mark: string): Found[] {
  return answer.split(/^\* \d+ FETCH /m).flatMap((one) => {
    const headers = one.replace(/\r?\n[ \t]+/g, " ");
    const number = new RegExp(`^Subject: ${mark} (\\d+)`, "im").exec(headers)?.[1];
    if (number === undefined) return [];
    const stamp = /^Received: (.*)$/im.exec(headers)?.[1] ?? "";
    const addresses = stamp.replace(/IPv6:/gi, "").split(/[^0-9a-f.:]+/i);
    const rightClient = [TRAFFIC.ipv4, TRAFFIC.ipv6].some((address) => addresses.includes(address));
    return [{ number: Number(number), rightClient }];
  });
}

/** Names of all folders, out of LIST's answer (RFC 9051 section 7.3.1). */
export const foldersOf = (answer: string): string[] =>
  [...answer.matchAll(/^\* LIST \(([^)]*)\) \S+ ("(?:[^"\\]|\\.)*"|\S+)\r?$/gm)].filter(([, flags]) => !/\\Noselect/i.test(flags)).map(([, , name]) => name);

/** Numbers of the marked messages in all folders of the mailbox. */
export const arrived = async (bench: Bench, mark: string): Promise<number[]> =>
  (await foundMessages(bench, mark)).map(({ number }) => number);

/** The marked messages in all folders of the mailbox, read from outside as its owner reads them. */
export async function foundMessages(bench: Bench, mark: string): Promise<Found[]> {
  const line = bench.line("imaps");
  if (line === undefined) throw new Error("the lab has no public imaps line to read with");
  const raw = openOutside(line.port);
  const { address: user, password: pass } = bench.admin;
  const imap = await Imap.login(raw, { line: line.name, port: line.port, protocol: line.protocol, tls: true, servername: MAIL_HOST }, { user, pass }, 30);
  try {
    const found: Found[] = [];
    for (const folder of foldersOf(await imap.ask('LIST "" "*"'))) {
      const selected = await imap.ask(`EXAMINE ${folder}`);
      if (/^\* 0 EXISTS/m.test(selected)) continue;
      const answer = await imap.ask("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (RECEIVED SUBJECT)])");
      found.push(...foundIn(answer, mark));
    }
    return found;
  } finally {
    await imap.leave();
  }
}
