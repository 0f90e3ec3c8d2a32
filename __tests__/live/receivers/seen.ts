import type { Listener } from "../../../lib/wire";

/** One connection as a receiver's own log tells it: the line it came in on, and who the receiver takes for the client. */
export interface Seen {
  readonly line: string;
  readonly address: string;
  readonly port: string;
}

/** A server in the mailbox's place (or the web server's). */
export interface Receiver {
  /** all connections so far */
  seen(): Seen[];
  stop(): Promise<void>;
}

/** Reads a log with a pattern whose groups are `line`, `address` and `port`. */
export const seenIn = (log: string, pattern: RegExp): Seen[] =>
  [...log.matchAll(pattern)].map(({ groups }) => ({ ...groups }) as unknown as Seen);

/** The same for a log that names the line by its port. */
export function seenByPort(log: string, pattern: RegExp, listeners: readonly Listener[]): Seen[] {
  const lineOf = new Map(listeners.map(({ line, port }) => [String(port), line]));
  return seenIn(log, pattern).map((one) => ({ ...one, line: lineOf.get(one.line) ?? one.line }));
}
