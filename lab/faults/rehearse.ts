import { randomBytes } from "node:crypto";
import { until, type Bench } from "../bench";
import { accountOf, reasonsOf, type Account } from "../traffic/ledger";
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
}

/** Longer than whatever we have looks at the ground it stands on: what follows from a fault comes within it. */
const STEADY_SECONDS = 15;
const PATIENCE = 240;
const NONE: Account = { sent: 0, accepted: 0, refused: [], lost: [], twice: [], outage: 0 };
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Mail flows all the while; the fault happens; mail has to flow again by itself, and nothing that was accepted may be missing. */
export async function rehearse(bench: Bench, fault: Fault): Promise<Rehearsed> {
  const impossible = await fault.impossible?.(bench);
  if (impossible !== undefined) return { fault, healed: false, impossible, reasons: [], ...NONE };
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
  const accepted = new Set(attempts.filter((one) => one.accepted).map(({ number }) => number)).size;
  // What is accepted may wait in the server's queue for a moment.
  const all = async (): Promise<number[] | undefined> => {
    const found = await arrived(bench, mark).catch(() => []);
    return new Set(found).size >= accepted ? found : undefined;
  };
  const there = await until("all accepted messages are there", 90, all).catch(() =>
    arrived(bench, mark).catch((error: unknown) => {
      problem ??= `the mailbox cannot be read: ${wordsOf(error)}`;
      return [];
    }),
  );
  return { fault, healed, problem, reasons: reasonsOf(attempts), ...accountOf(attempts, there) };
}

/** @returns whether the promise was kept */
export const kept = ({ healed, lost, refused, impossible, problem }: Rehearsed): boolean => impossible !== undefined || (problem === undefined && healed && lost.length === 0 && refused.length === 0);
