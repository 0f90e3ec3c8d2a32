import { createHash } from "node:crypto";
import type { Bench } from "../bench";
import type { Fault } from "./fault";
import { sleep } from "./tools";

/** Two faults, the second while the deployment may still suffer from the first. */
export interface Pair {
  readonly index: number;
  readonly first: Fault;
  readonly second: Fault;
  /** seconds of traffic before the first */
  readonly before: number;
  /** seconds from the first to the second */
  readonly between: number;
}

/** Numbers from 0 to 1 that depend on the seed and the pair alone, so that any pair can be had without those before it. */
function numbers(seed: number, index: number): () => number {
  let at = 0;
  return () => createHash("sha256").update(`${seed}:${index}:${(at += 1)}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Two faults that would take the same thing away do not make a pair, nor does one that takes the engine away. */
export const clash = (one: Fault, other: Fault): boolean =>
  [one, other].some(({ touches }) => touches.includes("engine")) || one.touches.some((what) => other.touches.includes(what));

/** @param all faults that can be rehearsed; the same seed, index and faults always give the same pair */
export function pairAt(seed: number, index: number, all: readonly Fault[]): Pair {
  const pairs = all.flatMap((first) => all.filter((second) => !clash(first, second)).map((second) => ({ first, second })));
  if (pairs.length === 0) throw new Error("no two of these faults make a pair");
  const next = numbers(seed, index);
  const pair = pairs[Math.floor(next() * pairs.length)];
  const tenths = (most: number): number => Math.round(next() * most * 10) / 10;
  return { index, ...pair, before: tenths(10), between: tenths(20) };
}

/** The pair as one fault. */
export const asFault = ({ index, first, second, before, between }: Pair): Fault => ({
  name: `${index}: ${first.name} + ${second.name}`,
  what: `${first.name} after ${before} s, ${second.name} ${between} s later`,
  touches: [],
  plant: async (bench: Bench) => {
    await sleep(before);
    const planted = await Promise.allSettled([first.plant(bench), sleep(between).then(() => second.plant(bench))]);
    const failed = planted.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return planted.flatMap((one) => (one.status === "fulfilled" ? (one.value ?? []) : []));
  },
  tidy: async (bench: Bench) => {
    await first.tidy?.(bench);
    await second.tidy?.(bench);
  },
});
