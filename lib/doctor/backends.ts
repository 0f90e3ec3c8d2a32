import { once } from "node:events";
import type { LineName } from "../wire";
import type { Way } from "../site/tunnel";
import { within } from "./within";

interface Words {
  readonly ask: Buffer;
  readonly good: RegExp;
}

/** What each backend is asked before any password, and how it answers when it lives. */
export const ANSWERS_OF: Readonly<Partial<Record<LineName, Words>>> = {
  // SSLRequest (postgresql.org, "Message Formats"): N or S comes from the server itself, and nothing lands in its log.
  postgres: { ask: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), good: /^[NS]/ },
  redis: { ask: Buffer.from("PING\r\n"), good: /^(\+PONG|-NOAUTH)/ },
  s3: { ask: Buffer.from("GET / HTTP/1.0\r\n\r\n"), good: /^HTTP\/1/ },
};

/** @returns what is wrong; undefined when it answers as its kind does */
export async function answers(way: Way, host: string, port: number, words?: Words): Promise<string | undefined> {
  const stream = way.open(host, port);
  try {
    stream.write(words?.ask ?? "");
    const [data] = (await within(6, once(stream, "data"))) as [Buffer];
    return words?.good.test(data.toString("latin1")) ?? true ? undefined : "something else answers there";
  } catch (error) {
    return `does not answer from ${way.from}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    stream.on("error", () => undefined).destroy();
  }
}
