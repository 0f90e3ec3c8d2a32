import type { Client } from "./client";
import { wordsOf } from "./fetch";
import { ApiError, type PolicyApi } from "./types";

const ACL = "/api/v2/tailnet/-/acl";
const HUJSON = "application/hujson";

const unquoted = (etag: string | null): string | undefined => etag?.replace(/^W\//, "").replace(/^"(.*)"$/, "$1") || undefined;

/**
 * Tailscale's API (tailscale.com/api, "Policy file"), and Headscale's v2 after its pattern: HuJSON as it is, ETag, If-Match.
 * `-` is the tailnet that the credential belongs to.
 */
export class TailscaleApi implements PolicyApi {
  constructor(private readonly client: Client) {}

  async read() {
    const { text, headers } = await this.client.call("GET", ACL, { headers: { Accept: HUJSON }, expect: [200] });
    return { text, version: unquoted(headers.get("etag")) };
  }

  async check(text: string) {
    const answer = await this.client.call("POST", `${ACL}/validate`, { headers: { "Content-Type": HUJSON }, body: text, expect: [200, 400, 404, 405] });
    if (answer.status === 404 || answer.status === 405) return "unavailable";
    const { message, errors, warnings } = wordsOf(answer.text);
    // The answer to a policy with mistakes is 200 too, with a message; one that only warns names no error.
    if (answer.status === 400 || errors.length > 0 || (message.length > 0 && warnings.length === 0)) throw refusal(this.client.host, [...message, ...errors]);
    return warnings;
  }

  async write(text: string, { version }: { version?: string }): Promise<void> {
    if (version === undefined) throw new ApiError("strange", `${this.client.host} gave no ETag with the policy, so it cannot be written without the danger of losing somebody's change`);
    const headers = { "Content-Type": HUJSON, Accept: HUJSON, "If-Match": `"${version}"` };
    const answer = await this.client.call("POST", ACL, { headers, body: text, expect: [200, 400, 412] });
    if (answer.status === 412) throw new ApiError("changed", `${this.client.host}: somebody else changed the policy meanwhile`);
    const { message, errors } = wordsOf(answer.text);
    if (answer.status === 400) throw refusal(this.client.host, [...message, ...errors]);
  }
}

/** The server's no to a policy. Headscale in file mode says it here too. */
export function refusal(host: string, details: readonly string[]): ApiError {
  if (details.some((line) => /update is disabled for modes other than/.test(line)))
    return new ApiError("settings", `${host} takes its policy from a file: set policy.mode: database there, or write TS_POLICY=review and merge the snippet into the file`);
  return new ApiError("refused", `${host} refuses the policy`, { details: [...new Set(details)] });
}
