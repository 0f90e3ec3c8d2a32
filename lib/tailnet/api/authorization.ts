import { exchange, wordsOf } from "./fetch";
import { ApiError } from "./types";

/** Makes the `Authorization` header. */
export interface Authorization {
  /** the variables that hold the credential, for messages */
  readonly variables: string;
  header(): Promise<string>;
  /** Forgets a token that was refused. @returns whether another try with a new one makes sense */
  renew(): boolean;
}

/** An API key of Tailscale (`tskey-api-…`) or Headscale, as a bearer token. */
export const byKey = (variables: string, key: string): Authorization => ({
  variables,
  header: () => Promise.resolve(`Bearer ${key}`),
  renew: () => false,
});

export interface OAuthClient {
  /** of the API, without a path */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly variables: string;
  readonly timeoutMs: number;
}

/** A token is not used in its last minute. */
const SPARE_MS = 60_000;

/** An OAuth client (RFC 6749 section 4.4, client credentials): tokens are asked for when needed, and live for an hour. */
export function byOAuth({ url, clientId, clientSecret, variables, timeoutMs }: OAuthClient): Authorization {
  let token: { readonly text: string; readonly until: number } | undefined;
  let renewed = false;

  async function ask(): Promise<{ text: string; until: number }> {
    const { host } = new URL(url);
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret });
    const answer = await exchange(`${url}/api/v2/oauth/token`, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: form.toString(), timeoutMs }).catch((error: unknown) => {
      // Nothing is written by asking for a token.
      throw error instanceof ApiError ? new ApiError(error.kind, error.message) : error;
    });
    const { status } = answer;
    if (status === 429) throw new ApiError("busy", `${host} limits how often it is asked for a token; wait a minute and try again`);
    if (status >= 500) throw new ApiError("failing", `${host} answers ${status} when asked for a token; try again later`);
    const body = ((): Record<string, unknown> => {
      try {
        return JSON.parse(answer.text) as Record<string, unknown>;
      } catch {
        return {};
      }
    })();
    if (status >= 400 && status !== 404)
      throw new ApiError("credential", `${host} gives no token for this OAuth client (${status}); look at ${variables}, or make a new client`, { details: wordsOf(answer.text).message });
    if (status !== 200 || typeof body.access_token !== "string")
      throw new ApiError("strange", `${host} answers ${status} and no token when asked for one; look at TS_API_URL`);
    const lives = typeof body.expires_in === "number" ? body.expires_in * 1000 : 0;
    return { text: body.access_token, until: Date.now() + lives - SPARE_MS };
  }

  return {
    variables,
    header: async () => {
      if (token === undefined || Date.now() >= token.until) token = await ask();
      return `Bearer ${token.text}`;
    },
    renew: () => {
      token = undefined;
      const again = !renewed;
      renewed = true;
      return again;
    },
  };
}
