import { randomBytes } from "node:crypto";
import { until, type Bench } from "../bench";
import { accountOf, outageOf, reasonsOf, type Account, type Attempt, type LineAccount } from "../traffic/ledger";
import { foundMessages, type Found } from "./arrived";
import type { Fault } from "./fault";
import { Flows, isFromOutside } from "./flow";

export interface Rehearsed extends Account {
  readonly fault: Fault;
  /** mail flowed again without anybody's help */
  readonly healed: boolean;
  /** what kept it from being rehearsed; the other figures mean nothing then */
  readonly impossible?: string;
  /** what went wrong with the rehearsal itself */
  readonly problem?: string;
  /** what the sender met, the most frequent first */
  readonly reasons: readonly string[];
  /** accepted, and there only long after: they had to wait in the server's queue */
  readonly late: number;
  /** messages whose Received: header does not show the client that sent them */
  readonly wrong: readonly number[];
  /** the other public lines */
  readonly lines: readonly LineAccount[];
  /** what else was not as promised while it happened */
  readonly broken: readonly string[];
  readonly mark: string;
  readonly attempts: readonly Attempt[];
}

/** Longer than whatever we have looks at the ground it stands on: what follows from a fault comes within it. */
const STEADY_SECONDS = 15;
const PATIENCE = 240;
/** What was accepted is there within this, or it waits in the server's queue. */
const SOON_SECONDS = 30;
/** Stalwart tries again after two minutes, and after ten when it could not even write that down. */
const QUEUE_SECONDS = 15 * 60;
const NONE: Account = { sent: 0, accepted: 0, refused: [], never: [], lost: [], twice: [], outage: 0 };
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Mail flows all the while; the fault happens; mail has to flow again by itself, and nothing that was accepted may be missing. */
export async function rehearse(bench: Bench, fault: Fault): Promise<Rehearsed> {
  const impossible = await fault.impossible?.(bench);
  if (impossible !== undefined) return { fault, healed: false, impossible, reasons: [], late: 0, wrong: [], lines: [], broken: [], mark: "", attempts: [], ...NONE };
  const mark = `f${randomBytes(4).toString("hex")}`;
  const traffic = new Flows(bench, mark);
  let healed = false;
  let problem: string | undefined;
  let broken: readonly string[] = [];
  try {
    const before = await traffic.settled(4, 90);
    if (before.length > 0) throw new Error(`mail does not flow before anything has happened: ${before.join(", ")}`);
    broken = (await fault.plant(bench)) ?? [];
    const after = await traffic.settled(STEADY_SECONDS, PATIENCE);
    healed = after.length === 0;
    if (!healed) broken = [...broken, `not served at the end: ${after.join(", ")}`];
  } catch (error) {
    problem = wordsOf(error);
  }
  const { outside, submitted, lines } = await traffic.stop();
  // After the traffic: what is refused because of the lab's own help is not the fault's.
  if (!healed) await fault.tidy?.(bench).catch(() => undefined);
  const attempts = [...outside, ...submitted];
  const there = await whatIsThere(bench, mark, attempts, SOON_SECONDS).catch((error: unknown) => {
    problem ??= `the mailbox cannot be read: ${wordsOf(error)}`;
    return [];
  });
  const account = { ...accountOf(attempts, numbersOf(there)), outage: outageOf(outside) };
  const seen = { reasons: reasonsOf(attempts), late: 0, wrong: wrongOf(there), lines, broken };
  return { fault, healed, problem, mark, attempts, ...seen, ...account };
}

/** Asks again for what was accepted and was not there: in the end it has to be. */
export async function settle(bench: Bench, one: Rehearsed): Promise<Rehearsed> {
  if (one.lost.length === 0) return one;
  const there = await whatIsThere(bench, one.mark, one.attempts, QUEUE_SECONDS).catch((): Found[] => []);
  const account = { ...accountOf(one.attempts, numbersOf(there)), outage: one.outage };
  return { ...one, ...account, wrong: wrongOf(there), late: one.lost.length - account.lost.length };
}

const numbersOf = (found: readonly Found[]): number[] => found.map(({ number }) => number);
const wrongOf = (found: readonly Found[]): number[] =>
  found.filter(({ number, rightClient }) => !rightClient && isFromOutside(number)).map(({ number }) => number);

/** The messages that are there, once all accepted ones are, or after so many seconds. */
function whatIsThere(bench: Bench, mark: string, attempts: readonly Attempt[], seconds: number): Promise<Found[]> {
  const all = async (): Promise<Found[] | undefined> => {
    const found = await foundMessages(bench, mark).catch((): Found[] => []);
    return accountOf(attempts, numbersOf(found)).lost.length === 0 ? found : undefined;
  };
  return until("all accepted messages are there", seconds, all).catch(() => foundMessages(bench, mark));
}

/** Every promise that was broken, by name; none where the fault cannot be rehearsed. */
export function failuresOf({ healed, never, refused, wrong, lost, lines, broken, impossible, problem }: Rehearsed): string[] {
  if (impossible !== undefined) return [];
  const untaken = refused.filter((number) => !never.includes(number)).length;
  return [
    ...(problem === undefined ? [] : ["rehearsal failed"]),
    ...(healed ? [] : ["did not heal"]),
    ...(never.length === 0 ? [] : [`${never.length} refused for good`]),
    ...(untaken === 0 ? [] : [`${untaken} never accepted`]),
    ...(wrong.length === 0 ? [] : [`${wrong.length} with a wrong client address`]),
    ...(lost.length === 0 ? [] : [`${lost.length} lost`]),
    // Refused messages are counted above; what is left are readers.
    ...lines.filter(({ line, denied }) => denied > 0 && /^imap/.test(line)).map(({ line, denied }) => `${line}: ${denied} logins refused`),
    ...broken,
  ];
}

/** @returns whether the promise was kept */
export const kept = (one: Rehearsed): boolean => failuresOf(one).length === 0;
