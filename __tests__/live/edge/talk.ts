import type { Listener } from "../../../lib/wire";
import type { Job } from "../clients";
import { until } from "../processes";
import type { Receiver, Seen } from "../receivers/seen";
import { HOST } from "./stage";

/** How a server of a protocol greets, how a client takes its leave, and the last that it hears. */
interface Manners {
  readonly greeting: RegExp;
  readonly leave: string;
  readonly farewell: string;
}

const MANNERS: Partial<Record<Listener["protocol"], Manners>> = {
  smtp: { greeting: /^220 /, leave: "QUIT\r\n", farewell: "221 " },
  imap: { greeting: /^\* OK /, leave: "a LOGOUT\r\n", farewell: "a OK" },
  pop3: { greeting: /^\+OK /, leave: "QUIT\r\n", farewell: "+OK bye" },
  manageSieve: { greeting: /^"IMPLEMENTATION" /, leave: "LOGOUT\r\n", farewell: 'OK "bye"' },
};

export function mannersOf({ protocol }: Listener): Manners {
  const manners = MANNERS[protocol];
  if (!manners) throw new Error(`no mail is spoken in ${protocol}`);
  return manners;
}

/** Where curl finds a line. */
export const urlOf = ({ protocol, tls, port }: Listener, path: string): string =>
  `${protocol}${tls === "implicit" ? "s" : ""}://${HOST}:${port}/${path}`;

/** A session on a mail line that says good-bye once it is greeted, inside TLS where the line begins with it. */
export function session(host: string, listener: Listener, more: Partial<Job> = {}): Job {
  const { leave, farewell } = mannersOf(listener);
  return {
    ...{ host, port: listener.port, forMs: 15_000 },
    ...(listener.tls === "implicit" ? { tls: {} } : {}),
    ...{ steps: [{ after: "\r\n", send: leave }], until: farewell },
    ...more,
  };
}

/** The receiver's log has that connection, now or in a moment. */
export async function expectSeen(receiver: Receiver, wanted: Seen): Promise<void> {
  const found = ({ line, address, port }: Seen): boolean => line === wanted.line && address === wanted.address && port === wanted.port;
  await until("the log", () => receiver.seen().some(found), { timeoutMs: 3000 }).catch(() => undefined);
  expect(receiver.seen()).toContainEqual(wanted);
}
