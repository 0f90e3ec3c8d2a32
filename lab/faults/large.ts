import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { TRAFFIC } from "../addresses";
import { until, type Bench } from "../bench";
import { submit } from "../traffic/sender";
import { arrived, openOutside } from "./arrived";
import { kill, names, sleep } from "./tools";

const CHUNK = 65_536;
const CHUNKS = 320;
/** 20 MB take about ten seconds. */
const PAUSE = 30;

/** A message of 20 MB, slowly. */
async function* slowly(head: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  const line = `${"x".repeat(62)}\r\n`;
  const chunk = Buffer.from(line.repeat(CHUNK / line.length));
  for (let at = 0; at < CHUNKS; at += 1) {
    yield chunk;
    await new Promise((wake) => setTimeout(wake, PAUSE));
  }
}

/** What was not as promised. @param copies how often the message is there in the end */
export function largeFailures(first: string | undefined, last: string | undefined, forGood: boolean, copies: number): string[] {
  return [
    ...(first === undefined ? ["the large message was accepted before its edge was killed"] : []),
    ...(forGood ? [`the large message was refused for good: ${last ?? first ?? ""}`] : []),
    ...(!forGood && last !== undefined ? [`the large message was never accepted: ${last}`] : []),
    ...(last === undefined && copies === 0 ? ["the large message was accepted and lost"] : []),
    ...(copies > 1 ? [`the large message came ${copies} times`] : []),
  ];
}

/** The edge dies while 20 MB pass; the sender tries again until they are accepted. @returns what was not as promised */
export async function killedMidMessage(bench: Bench): Promise<readonly string[]> {
  const mark = `l${randomBytes(4).toString("hex")}`;
  const port = bench.line("smtp")?.port ?? 0;
  const from = `joe@${TRAFFIC.host}`;
  const to = bench.admin.address;
  const deliver = () =>
    submit({ open: () => openOutside(port), from, helo: TRAFFIC.host, to, mark, seconds: 120 }, 1, (head) => Readable.from(slowly(head)));
  const first = deliver();
  await sleep(4);
  await kill(bench, names(bench).edge);
  let refusal = await first;
  const why = refusal?.why;
  for (let tries = 0; refusal !== undefined && !refusal.forGood && tries < 30; tries += 1) {
    await sleep(1);
    refusal = await deliver();
  }
  const there = () => arrived(bench, mark);
  const some = async () => ((await there().catch(() => [])).length > 0 ? true : undefined);
  if (refusal === undefined) await until("the large message is there", 60, some).catch(() => false);
  return largeFailures(why, refusal?.why, refusal?.forGood ?? false, (await there()).length);
}
