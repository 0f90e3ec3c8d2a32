/** One try to hand over a numbered message; times in seconds since the traffic began. */
export interface Attempt {
  readonly number: number;
  readonly begun: number;
  readonly ended: number;
  /** the server said 250 to the whole message */
  readonly accepted: boolean;
  /** what it said instead, or what the network said */
  readonly why?: string;
}

export interface Account {
  readonly sent: number;
  readonly accepted: number;
  /** never accepted, though tried until the end */
  readonly refused: readonly number[];
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
    lost: [...accepted].filter((number) => !count.has(number)).sort((one, other) => one - other),
    twice: [...count].filter(([, times]) => times > 1).map(([number]) => number),
    outage: outageOf(attempts),
  };
}

/**
 * The longest time between the begin of a try that failed, with nothing accepted since, and the next acceptance.
 * A try that was accepted late counts with its whole duration beyond `patience` seconds.
 */
export function outageOf(attempts: readonly Attempt[], patience = 1): number {
  let longest = 0;
  let since: number | undefined;
  for (const one of [...attempts].sort((a, b) => a.ended - b.ended)) {
    if (!one.accepted) since = Math.min(since ?? one.begun, one.begun);
    else {
      const from = since ?? (one.ended - one.begun > patience ? one.begun : one.ended);
      longest = Math.max(longest, one.ended - from);
      since = undefined;
    }
  }
  const last = Math.max(0, ...attempts.map(({ ended }) => ended));
  return since === undefined ? longest : Math.max(longest, last - since);
}
