import { setTimeout as sleep } from "node:timers/promises";
import type { Authorization } from "./authorization";
import { exchange, wordsOf, type Answer, type Request } from "./fetch";
import { ApiError } from "./types";

export interface ClientOptions {
  /** of the API, without a path: `https://api.tailscale.com` */
  readonly url: string;
  readonly authorization: Authorization;
  /** what a 403 means here, and how to mend it */
  readonly forbidden: string;
  /** for one exchange @default 30000 */
  readonly timeoutMs?: number;
  /** how long one call waits in all because the server said Retry-After @default 30000 */
  readonly patienceMs?: number;
}

type Call = Partial<Pick<Request, "headers" | "body">> & {
  /** statuses that the caller reads itself; any other becomes an error */
  readonly expect: readonly number[];
};

/** Retry-After in milliseconds (RFC 9110 section 10.2.3: seconds or a date); a second when there is none. */
function retryAfter(headers: Headers): number {
  const text = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 1000 : Math.max(0, date - Date.now());
}

/** HTTP with a credential: renews a token once, waits when asked to, and turns every other answer into one line. */
export class Client {
  private readonly timeoutMs: number;
  private readonly patienceMs: number;
  readonly host: string;

  constructor(private readonly options: ClientOptions) {
    this.timeoutMs = options.timeoutMs ?? 30_000;
    this.patienceMs = options.patienceMs ?? 30_000;
    this.host = new URL(options.url).host;
  }

  async call(method: Request["method"], path: string, { expect, headers, body }: Call): Promise<Answer> {
    const { authorization, url } = this.options;
    let patience = this.patienceMs;
    for (;;) {
      const all = { ...headers, Authorization: await authorization.header() };
      const answer = await exchange(`${url}${path}`, { method, headers: all, body, timeoutMs: this.timeoutMs });
      if (expect.includes(answer.status)) return answer;
      if (answer.status === 401 && authorization.renew()) continue;
      if (answer.status === 429) {
        const wait = retryAfter(answer.headers);
        // At least something is taken off, so that a Retry-After of 0 does not go round for ever.
        patience -= Math.max(wait, 1000);
        if (patience < 0) throw new ApiError("busy", `${this.host} limits how often it may be asked; try again in ${Math.ceil(wait / 1000)} s`);
        await sleep(wait);
        continue;
      }
      throw this.errorOf(method, path, answer);
    }
  }

  private errorOf(method: string, path: string, { status, headers, text }: Answer): ApiError {
    const { authorization, forbidden } = this.options;
    const words = wordsOf(text);
    const details = [...words.message, ...words.errors];
    // Only an answer that says so proves that nothing was stored.
    if (status >= 500) return new ApiError("failing", `${this.host} answers ${status}; try again later`, { details, uncertain: method !== "GET" });
    if (status === 401) return new ApiError("credential", `${this.host} does not accept ${authorization.variables} (401): wrong, expired or revoked; make a new one`, { details });
    if (status === 403) return new ApiError("scope", `${this.host} forbids it (403): ${forbidden}`, { details });
    if (status === 404) return new ApiError("absent", `${this.host} has no ${path} (404); look at the API's address (TS_API_URL, TS_LOGIN_SERVER)`, { details });
    if (status >= 300 && status < 400) {
      const to = headers.get("location");
      return new ApiError("strange", `${this.host} answers ${status}${to === null ? "" : ` and points to ${to}`}; write the API's own address into TS_API_URL`);
    }
    return new ApiError("strange", `${this.host} answers ${status} to ${method} ${path}`, { details });
  }
}
