import type { Client } from "./client";
import { wordsOf, type Answer } from "./fetch";
import { refusal, TailscaleApi } from "./tailscale";
import { ApiError, type PolicyApi, type PolicyText } from "./types";

const POLICY = "/api/v1/policy";

/**
 * Headscale's API v1 (read in 0.29.2 and in what becomes 0.30). It has no ETag: the stored text is compared before and
 * after a write, which leaves a gap of one exchange in which somebody else's change can be lost.
 */
class HeadscaleV1 implements PolicyApi {
  constructor(private readonly client: Client) {}

  async read(): Promise<PolicyText> {
    const { status, text } = await this.client.call("GET", POLICY, { expect: [200, 500] });
    if (status === 200) return { text: policyIn(text) };
    // The answer where nothing was ever stored.
    const { message, errors } = wordsOf(text);
    if ([...message, ...errors].some((line) => line.includes("acl policy not found"))) return { text: "" };
    throw new ApiError("failing", `${this.client.host} answers 500 when asked for the policy; look at its log`, { details: [...message, ...errors] });
  }

  async check(policy: string) {
    const answer = await this.client.call("POST", `${POLICY}/check`, { ...json({ policy }), expect: [200, 400, 404, 405, 500, 501] });
    if ([404, 405, 501].includes(answer.status)) return "unavailable";
    this.refuseUnless200(answer);
    return [];
  }

  async write(policy: string, before: PolicyText): Promise<void> {
    const changed = new ApiError("changed", `${this.client.host}: somebody else changed the policy meanwhile`);
    if ((await this.read()).text !== before.text) throw changed;
    this.refuseUnless200(await this.client.call("PUT", POLICY, { ...json({ policy }), expect: [200, 400, 500] }));
    if ((await this.read()).text !== policy) throw changed;
  }

  /** 0.29 answers 500 to a policy that it does not like, with the reasons; newer ones 400. */
  private refuseUnless200({ status, text }: Answer): void {
    if (status === 200) return;
    const { message, errors } = wordsOf(text);
    if (message.length + errors.length === 0) throw new ApiError("failing", `${this.client.host} answers ${status} and does not say why; look at its log`, { uncertain: true });
    throw refusal(this.client.host, [...message, ...errors]);
  }
}

const json = (body: object) => ({ headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function policyIn(text: string): string {
  try {
    const { policy } = JSON.parse(text) as { policy?: unknown };
    if (typeof policy === "string") return policy;
  } catch {
    // said below
  }
  throw new ApiError("strange", "the answer to a question for the policy holds none; look at the API's address (TS_LOGIN_SERVER, TS_API_URL)");
}

/**
 * Headscale by the API that it has. v1 comes first although v2 has ETags: v2 blanks everybody's comments when it stores a
 * policy. v2 is for the day when v1 is gone.
 */
export class HeadscaleApi implements PolicyApi {
  private chosen?: PolicyApi;

  constructor(private readonly client: Client) {}

  private async choose(): Promise<PolicyApi> {
    if (this.chosen) return this.chosen;
    const { status } = await this.client.call("GET", POLICY, { expect: [200, 404, 500] });
    return (this.chosen = status === 404 ? new TailscaleApi(this.client) : new HeadscaleV1(this.client));
  }

  read = async (): Promise<PolicyText> => (await this.choose()).read();
  check = async (text: string) => (await this.choose()).check(text);
  write = async (text: string, before: PolicyText): Promise<void> => (await this.choose()).write(text, before);
}
