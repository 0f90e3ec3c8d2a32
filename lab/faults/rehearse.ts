import { randomBytes } from "node:crypto";
import { until, type Bench } from "../bench";
import { accountOf, reasonsOf, type Account, type Attempt } from "../traffic/ledger";
import { arrived } from "./arrived";
import type { Fault } from "./fault";
import { flow, flows } from "./flow";

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
const NONE: Account = { sent: 0, accepted: 0, refused: [], lost: [], twice: [], outage: 0 };
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Mail flows all the while; the fault happens; mail has to flow again by itself, and nothing that was accepted may be missing. */
export async function rehearse(bench: Bench, fault: Fault): Promise<Rehearsed> {
  const impossible = await fault.impossible?.(bench);
  if (impossible !== undefined) return { fault, healed: false, impossible, reasons: [], late: 0, mark: "", attempts: [], ...NONE };
  const mark = `f${randomBytes(4).toString("hex")}`;
  const traffic = flow(bench, mark);
  let healed = false;
  let problem: string | undefined;
  try {
    if (!(await flows(traffic, 0, 4, 90))) throw new Error("mail does not flow before anything has happened");
    await fault.plant(bench);
    healed = await flows(traffic, traffic.seconds, STEADY_SECONDS, PATIENCE);
  } catch (error) {
    problem = wordsOf(error);
  }
  const attempts = await traffic.stop();
  const there = await whatIsThere(bench, mark, attempts, SOON_SECONDS).catch((error: unknown) => {
    problem ??= `the mailbox cannot be read: ${wordsOf(error)}`;
    return [];
  });
  return { fault, healed, problem, reasons: reasonsOf(attempts), late: 0, mark, attempts, ...accountOf(attempts, there) };
}

/** Asks again for what was accepted and was not there: in the end it has to be. */
export async function settle(bench: Bench, one: Rehearsed): Promise<Rehearsed> {
  if (one.lost.length === 0) return one;
  const account = accountOf(one.attempts, await whatIsThere(bench, one.mark, one.attempts, QUEUE_SECONDS).catch(() => []));
  return { ...one, ...account, late: one.lost.length - account.lost.length };
}

/** Numbers of the messages that are there, once all accepted ones are, or after so many seconds. */
function whatIsThere(bench: Bench, mark: string, attempts: readonly Attempt[], seconds: number): Promise<number[]> {
  const all = async (): Promise<number[] | undefined> => {
    const found = await arrived(bench, mark).catch(() => []);
    return accountOf(attempts, found).lost.length === 0 ? found : undefined;
  };
  return until("all accepted messages are there", seconds, all).catch(() => arrived(bench, mark));
}

/** @returns whether the promise was kept */
export const kept = ({ healed, lost, refused, impossible, problem }: Rehearsed): boolean => impossible !== undefined || (problem === undefined && healed && lost.length === 0 && refused.length === 0);
