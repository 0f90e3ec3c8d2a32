/** What a service on the web is asked with. */
export interface Requested {
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 8 */
  readonly seconds?: number;
}

/** Asks a service on the web. @throws Error in one line when it does not answer */
export async function request(url: string, { headers, seconds = 8 }: Requested = {}): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(seconds * 1000), redirect: "manual" });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Error(`${new URL(url).host} does not answer: ${cause?.message || message}`);
  }
}
