/** A line of the mail server's log that says who came. */
export interface Seen {
  /** Stalwart's listener; empty where the line names none */
  readonly line: string;
  readonly address: string;
  readonly port?: number;
  readonly text: string;
}

/** Lines that came after the ones that were there before; all when none of those is left. */
export function fresh(before: string, after: string): string[] {
  const [old, now] = [before, after].map((text) => text.split("\n").filter((line) => line !== ""));
  const last = old.at(-1);
  return last === undefined ? now : now.slice(now.lastIndexOf(last) + 1);
}

/** Who came, from Stalwart's lines (`listenerId = "imaps", …, remoteIp = 192.0.2.7, remotePort = 40000`). */
export const seenBy = (lines: readonly string[]): Seen[] =>
  lines.flatMap((text) => {
    const address = /\bremoteIp = "?([0-9a-fA-F.:]+)/.exec(text)?.[1];
    const port = /\bremotePort = (\d+)/.exec(text)?.[1];
    return address === undefined ? [] : [{ line: /\blistenerId = "([^"]+)"/.exec(text)?.[1] ?? "", address, ...(port === undefined ? {} : { port: Number(port) }), text }];
  });

/** The client's address in the Received: header that the mailbox's own server wrote (RFC 5321 section 4.4): the first one. */
export function receivedFrom(message: string): string | undefined {
  const [head] = message.split(/\r?\n\r?\n/);
  const first = /^Received: from ([\s\S]*?)(?=^\S)/m.exec(`${head}\nX`)?.[1];
  return first === undefined ? undefined : /\[(?:IPv6:)?([0-9a-fA-F.:]+)\]/.exec(first)?.[1];
}
