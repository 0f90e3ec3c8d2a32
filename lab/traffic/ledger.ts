/** One try to hand over a numbered message; times in seconds since the traffic began. */
export interface Attempt {
  readonly number: number;
  readonly begun: number;
  readonly ended: number;
  /** the server said 250 to the whole message */
  readonly accepted: boolean;
  /** an answer of the 5yz kind: the message goes back to its sender @default false */
  readonly forGood?: boolean;
  /** what it said instead, or what the network said */
  readonly why?: string;
}

export interface Account {
  readonly sent: number;
  readonly accepted: number;
  /** never accepted, though tried until the end, or refused for good and so sent back */
  readonly refused: readonly number[];
  /** those among `refused` that got a 5yz, which is for good (RFC 5321 section 4.2.1) */
  readonly never: readonly number[];
  /** accepted and not there: the one thing that must not happen */
  readonly lost: readonly number[];
  /** there more than once: the answer to an accepted message was cut off, and the sender had to try again (RFC 5321 section 6.1) */
  readonly twice: readonly number[];
  /** longest time in which nothing was accepted although somebody tried, in seconds */
  readonly outage: number;
}

/** What became of numbered messages. @param arrived numbers of the messages that are in the mailbox, as often as they are there */
export function accountOf(attempts: readonly Attempt[], arrived: readonly number[]): Account {
  const numbers = [...new Set(attempts.map(({ number }) => number))];
  const accepted = new Set(attempts.filter((one) => one.accepted).map(({ number }) => number));
  const count = new Map<number, number>();
  for (const number of arrived) count.set(number, (count.get(number) ?? 0) + 1);
  return {
    sent: numbers.length,
    accepted: accepted.size,
    refused: numbers.filter((number) => !accepted.has(number)),
    never: [...new Set(attempts.filter(({ forGood }) => forGood).map(({ number }) => number))],
    lost: [...accepted].filter((number) => !count.has(number)).sort((one, other) => one - other),
    twice: [...count].filter(([, times]) => times > 1).map(([number]) => number),
    outage: outageOf(attempts),
  };
}

/**
 * The longest time in which nothing was accepted although somebody tried: from the begin of a try that failed, or was accepted
 * only after more than `patience` seconds, to the next acceptance. One connection that hangs while others get through is none.
 */
export function outageOf(attempts: readonly Attempt[], patience = 1): number {
  let longest = 0;
  let since = Infinity;
  let accepted = -Infinity;
  for (const one of [...attempts].sort((a, b) => a.ended - b.ended)) {
    if (!one.accepted || one.ended - one.begun > patience) since = Math.min(since, Math.max(one.begun, accepted));
    if (!one.accepted) continue;
    longest = Math.max(longest, one.ended - since);
    since = Infinity;
    accepted = one.ended;
  }
  const last = Math.max(0, ...attempts.map(({ ended }) => ended));
  return Math.max(longest, last - since);
}

/** What one line beside port 25 served: messages of a user, or questions of a reader. */
export interface LineAccount {
  readonly line: string;
  readonly tries: number;
  readonly served: number;
  /** logins and messages that were refused for good */
  readonly denied: number;
  /** the longest time in which it served nothing although somebody tried, in seconds */
  readonly gap: number;
  readonly reasons: readonly string[];
}

export const lineAccount = (line: string, attempts: readonly Attempt[]): LineAccount => ({
  line,
  tries: attempts.length,
  served: attempts.filter(({ accepted }) => accepted).length,
  denied: attempts.filter(({ forGood }) => forGood).length,
  gap: outageOf(attempts),
  reasons: reasonsOf(attempts).slice(0, 3),
});

/** Whether for `seconds` until `now`, and not before `from`, every try was accepted, and there was one at least every other second. */
export function isSteady(attempts: readonly Attempt[], from: number, now: number, seconds: number): boolean {
  const since = now - seconds;
  const recent = attempts.filter(({ ended }) => ended > since);
  return since >= from && recent.length >= seconds / 2 && recent.every(({ accepted }) => accepted);
}

/** What stood in the way, the most frequent first. */
export function reasonsOf(attempts: readonly Attempt[]): readonly string[] {
  const count = new Map<string, number>();
  for (const { why } of attempts) {
    if (why === undefined) continue;
    // maddy names each message in its answers.
    const reason = why.replace(/ \(msg ID = \w+\)/, "");
    count.set(reason, (count.get(reason) ?? 0) + 1);
  }
  return [...count].sort(([, one], [, other]) => other - one).map(([why, times]) => `${times} × ${why}`);
}
