import { randomBytes } from "node:crypto";
import { HOSTS, OUT } from "../addresses";
import { until, type Bench } from "../bench";
import { accountOf, type Account } from "../traffic/ledger";
import { Traffic } from "../traffic/sender";
import { arrived, fromOutside } from "./arrived";
import type { Fault } from "./fault";

export interface Rehearsed extends Account {
  readonly fault: Fault;
  /** mail flowed again without anybody's help */
  readonly healed: boolean;
  /** what kept it from being rehearsed; the other figures mean nothing then */
  readonly impossible?: string;
}

/** So many messages in a row, each taken at the first try, are a steady flow. */
const STEADY = 8;
const PATIENCE = 240;

/** Mail flows all the while; the fault happens; mail has to flow again by itself, and nothing that was accepted may be missing. */
export async function rehearse(bench: Bench, fault: Fault): Promise<Rehearsed> {
  const impossible = await fault.impossible?.(bench);
  const none: Account = { sent: 0, accepted: 0, refused: [], lost: [], twice: [], outage: 0 };
  if (impossible !== undefined) return { fault, healed: false, impossible, ...none };
  const mark = `f${randomBytes(4).toString("hex")}`;
  const port = bench.line("smtp")?.port ?? 0;
  const traffic = new Traffic({ open: () => fromOutside(bench).open(HOSTS.edge.ipv4, port), from: `joe@${OUT.domain}`, to: bench.admin.address, mark });
  const steady = (from: number, seconds: number): Promise<boolean> => until("mail flows", seconds, async () => (traffic.steadySince(from, STEADY) ? true : undefined)).catch(() => false);
  let healed = false;
  let problem: unknown;
  try {
    if (!(await steady(0, 90))) throw new Error("mail does not flow before anything has happened");
    await fault.plant(bench);
    healed = await steady(traffic.seconds, PATIENCE);
  } catch (error) {
    problem = error;
  }
  const attempts = await traffic.stop();
  if (problem !== undefined) throw problem;
  const accepted = new Set(attempts.filter((one) => one.accepted).map(({ number }) => number)).size;
  // What is accepted may wait in the server's queue for a moment.
  const all = async (): Promise<number[] | undefined> => {
    const found = await arrived(bench, mark).catch(() => []);
    return new Set(found).size >= accepted ? found : undefined;
  };
  const there = await until("all accepted messages are there", 90, all).catch(() => arrived(bench, mark));
  return { fault, healed, ...accountOf(attempts, there) };
}

/** @returns whether the promise was kept */
export const kept = ({ healed, lost, refused, impossible }: Rehearsed): boolean => impossible !== undefined || (healed && lost.length === 0 && refused.length === 0);
