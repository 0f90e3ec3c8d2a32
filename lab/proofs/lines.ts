import { lastLine } from "../../lib/site/run";
import { EDGE_PEER, type Line } from "../../lib/wire";
import { MAIL_HOST, OUT } from "../addresses";
import { SENDER, clientAddress, expect, until, type Bench, type Family } from "../bench";
import type { Proof, Row } from "./proof";

/** One way to use a line. */
interface Use {
  readonly line: Line;
  readonly how: string;
  readonly url: string;
  readonly args: readonly string[];
  readonly login: boolean;
  readonly sends: boolean;
}

/** Every way to use a public mail line: SMTP with and without TLS, submission with a login, IMAP with a login. */
function usesOf({ wire }: Bench): Use[] {
  return wire.lines
    .filter((line) => line.kind === "mail" && line.reach === "public")
    .flatMap((line): Use[] => {
      const implicit = line.tls === "implicit";
      if (line.protocol === "smtp") {
        const url = `${implicit ? "smtps" : "smtp"}://${MAIL_HOST}:${line.port}/${OUT.host}`;
        const use = (how: string, args: readonly string[], login: boolean): Use => ({ line, how, url, args, login, sends: true });
        if (line.name === "smtp") return [use("plain", [], false), use("STARTTLS", ["--ssl-reqd"], false)];
        return [use(implicit ? "TLS, login" : "STARTTLS, login", implicit ? [] : ["--ssl-reqd"], true)];
      }
      if (line.protocol !== "imap") return [];
      const url = `${implicit ? "imaps" : "imap"}://${MAIL_HOST}:${line.port}/`;
      return [{ line, how: implicit ? "TLS, login" : "STARTTLS, login", url, args: [...(implicit ? [] : ["--ssl-reqd"]), "-X", "STATUS INBOX (MESSAGES)"], login: true, sends: false }];
    });
}

async function use(bench: Bench, { line, how, url, args, login, sends }: Use, family: Family): Promise<Row> {
  const since = new Date();
  const what = `${line.name} ${line.port} ${how} over ${family}`;
  const sender = login ? bench.admin.address : SENDER;
  const sent = sends ? await bench.compose(sender, bench.admin.address) : undefined;
  const mail = sends ? ["--mail-from", sender, "--mail-rcpt", bench.admin.address] : [];
  const { status, stdout, stderr } = await bench.curl([...mail, ...args, url], { login, family, file: sent?.file });
  expect(status === 0, `${what}: ${lastLine(stderr)}`);
  if (sent !== undefined) await bench.received(sent.token);
  else expect(/STATUS/.test(stdout), `${what}: answered ${stdout.slice(0, 100)}`);
  // maddy's log names an IMAP client only when a login fails.
  if (!sends && bench.server === "maddy") await bench.curl([...args, url], { login: "wrong", family });
  const client = clientAddress(family);
  const saw = await until(`${what}: the mail server's log names a client`, 10, async () => {
    // Health checks come from loopback, at the edge too; its gate asks every few seconds, in nobody's name but the edge's.
    const seen = (await bench.addressesSeen(line, since)).filter((one) => !/^(127\.|::1$)/.test(one) && one !== EDGE_PEER);
    return seen.length > 0 ? seen : undefined;
  });
  expect(saw.join() === client, `${what}: the mailbox saw ${saw.join(", ")} instead of ${client}`);
  return { line: line.name, port: line.port, how, from: client, saw: saw.join(", ") };
}

export const lines: Proof = {
  name: "lines",
  promise: "mail comes in and is read on every public line, and the mailbox sees the client's address",
  prove: async (bench) => {
    const rows: Row[] = [];
    // One after another: each reads in the log what it has done itself.
    for (const family of bench.families) for (const one of usesOf(bench)) rows.push(await use(bench, one, family));
    return { seen: `${rows.length} ways, ${bench.families.join(" and ")}`, rows };
  },
};
