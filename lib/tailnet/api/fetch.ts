import { ApiError } from "./types";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** the answer has to be whole within so many milliseconds */
  readonly timeoutMs: number;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))} s`;

type Failure = Partial<NodeJS.ErrnoException> & { readonly cause?: unknown; readonly errors?: readonly unknown[] };

/** The deepest cause has the code (ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED): fetch itself only says that it failed. */
function reasonOf(failure: Failure): string {
  const deeper = failure.errors?.[0] ?? failure.cause;
  const deepest = typeof deeper === "object" && deeper !== null ? reasonOf(deeper) : "";
  return deepest || (failure.code ?? failure.message ?? "unknown error");
}

/** One HTTP exchange. Redirects are not followed: a POST would become a GET. @throws ApiError "unreachable" */
export async function exchange(url: string, { method, headers, body, timeoutMs }: Request): Promise<Answer> {
  const { host } = new URL(url);
  try {
    const response = await fetch(url, { method, headers, body, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    const uncertain = method !== "GET";
    if ((error as Failure).name === "TimeoutError") throw new ApiError("unreachable", `${host} gave no answer within ${seconds(timeoutMs)}; try again`, { uncertain });
    throw new ApiError("unreachable", `${host} cannot be reached (${reasonOf(error as Failure)}); look at the address and at the network`, { uncertain });
  }
}

const asRecord = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((one): one is string => typeof one === "string");
const linesOf = (value: unknown): string[] => (typeof value === "string" ? value.split("\n").map((line) => line.trim()).filter((line) => line !== "") : []);

/** What a server says in the body of an answer. */
export interface Words {
  readonly message: readonly string[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads Tailscale's `{message, data: [{user, errors, warnings}]}`, the gRPC gateway's `{message}` (Headscale 0.29) and
 * RFC 9457's `{detail, errors: [{message}]}` (Headscale from 0.30). Text that is no JSON counts as nothing said.
 */
export function wordsOf(text: string): Words {
  let body: Record<string, unknown>;
  try {
    body = asRecord(JSON.parse(text));
  } catch {
    body = {};
  }
  const data = list(body.data).map(asRecord);
  const named = (key: "errors" | "warnings"): string[] =>
    data.flatMap((one) => texts(one[key]).map((line) => (typeof one.user === "string" && one.user !== "" ? `${one.user}: ${line}` : line)));
  return {
    message: linesOf(body.message ?? body.detail),
    errors: [...named("errors"), ...list(body.errors).flatMap((one) => linesOf(asRecord(one).message))].flatMap(linesOf),
    warnings: named("warnings").flatMap(linesOf),
  };
}
