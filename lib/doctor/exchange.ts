import { request } from "node:http";
import type { Duplex } from "node:stream";

export interface Exchange {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default 8 */
  readonly seconds?: number;
}

/** One HTTP exchange over a connection that stands. @throws Error */
export function exchange(stream: Duplex, { method = "GET", path, headers, body, seconds = 8 }: Exchange): Promise<{ readonly status: number; readonly type: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ createConnection: () => stream as never, method, path, headers: { connection: "close", ...headers } }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => (text += part.toString())).on("error", reject);
      answer.on("end", () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, type: answer.headers["content-type"] ?? "", body: text });
      });
    });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${seconds} s`)), seconds * 1000);
    sent.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end(body);
  });
}
