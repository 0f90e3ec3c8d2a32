import { Imap } from "../../lib/doctor/imap";
import { fromHere } from "../../lib/site/tunnel";
import { HOSTS, MAIL_HOST } from "../addresses";
import type { Bench } from "../bench";

/** Opens a public line from outside: from the engine's own host, so that it outlives the engine. */
export const openOutside = (port: number) => fromHere.open(HOSTS.edge.ipv4, port);

/** Names of all folders, out of LIST's answer (RFC 9051 section 7.3.1). */
export const foldersOf = (answer: string): string[] =>
  [...answer.matchAll(/^\* LIST \(([^)]*)\) \S+ ("(?:[^"\\]|\\.)*"|\S+)\r?$/gm)].filter(([, flags]) => !/\\Noselect/i.test(flags)).map(([, , name]) => name);

/** Numbers of the marked messages in all folders of the mailbox, read from outside as its owner reads them. */
export async function arrived(bench: Bench, mark: string): Promise<number[]> {
  const line = bench.line("imaps");
  if (line === undefined) throw new Error("the lab has no public imaps line to read with");
  const raw = openOutside(line.port);
  const { address: user, password: pass } = bench.admin;
  const imap = await Imap.login(raw, { line: line.name, port: line.port, protocol: line.protocol, tls: true, servername: MAIL_HOST }, { user, pass }, 30);
  try {
    const found: number[] = [];
    for (const folder of foldersOf(await imap.ask('LIST "" "*"'))) {
      const selected = await imap.ask(`EXAMINE ${folder}`);
      if (/^\* 0 EXISTS/m.test(selected)) continue;
      const answer = await imap.ask("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
      found.push(...[...answer.matchAll(new RegExp(`Subject: ${mark} (\\d+)`, "gi"))].map(([, number]) => Number(number)));
    }
    return found;
  } finally {
    await imap.leave();
  }
}
