import type { PolicyAccess, PolicySecret } from "./deployment";
import type { Findings } from "./findings";

const TAILSCALE_API = "https://api.tailscale.com";

/** What a key is for shows in its beginning (tailscale.com/kb/1277/key-prefixes); one of another kind is always refused by the server. */
const BEGINNINGS: Readonly<Record<PolicySecret, { readonly wrong: RegExp; readonly rest: string }>> = {
  TS_API_KEY: { wrong: /^tskey-(auth|client)-/, rest: "it is no API access token; write one (tskey-api-…), or an OAuth client into TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET" },
  TS_OAUTH_CLIENT_SECRET: { wrong: /^tskey-(auth|api)-/, rest: "it is no OAuth client's secret; write one (tskey-client-…), or an API access token into TS_API_KEY" },
  HEADSCALE_API_KEY: { wrong: /^(hskey-auth-|tskey-)/, rest: "it is no API key of Headscale; make one with headscale apikeys create" },
};

/** The credential that fits the control server; those of the other one are said to do nothing. */
function credentialOf(f: Findings): PolicyAccess["credential"] {
  const { TS_LOGIN_SERVER: headscale, TS_OAUTH_CLIENT_ID: clientId } = f.settings;
  if (headscale !== undefined) {
    f.idle("TS_LOGIN_SERVER is set, and Headscale takes HEADSCALE_API_KEY", "TS_OAUTH_CLIENT_ID");
    return f.isGiven("HEADSCALE_API_KEY") ? { secret: "HEADSCALE_API_KEY" } : undefined;
  }
  const [key, oauth] = [f.isGiven("TS_API_KEY"), f.isGiven("TS_OAUTH_CLIENT_SECRET")];
  if (key && (oauth || clientId !== undefined))
    f.refuse("TS_OAUTH_CLIENT_ID", clientId ?? "nothing", "TS_API_KEY is set too, and one of them is enough; keep the OAuth client or the key");
  else if (oauth && clientId === undefined) f.lacks("TS_OAUTH_CLIENT_ID", "TS_OAUTH_CLIENT_SECRET is set and belongs to a client; set its id too");
  if (key) return { secret: "TS_API_KEY" };
  return oauth || clientId !== undefined ? { secret: "TS_OAUTH_CLIENT_SECRET", clientId } : undefined;
}

/** How our lines get into the tailnet's policy: by us or by a person. */
export function policyAccessOf(f: Findings): PolicyAccess {
  const { TS_LOGIN_SERVER: headscale, TS_API_URL: url, TS_POLICY: wanted, TS_POLICY_FIRST_RULE: allowFirstRule, TS_POLICY_REMOVE_ON_DESTROY: removeOnDestroy } = f.settings;
  const given = credentialOf(f);
  const mode = wanted ?? (given === undefined ? "review" : "apply");
  const expected: PolicyAccess["credential"] = { secret: headscale === undefined ? "TS_API_KEY" : "HEADSCALE_API_KEY" };
  const credential = given ?? (mode === "apply" ? expected : undefined);
  if (credential !== undefined) {
    const { secret } = credential;
    const other = given === undefined && secret === "TS_API_KEY" ? " (or with TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET)" : "";
    f.need(secret, `the tailnet's policy is read and written with it${other}`);
    const { wrong, rest } = BEGINNINGS[secret];
    if (wrong.test(f.secret(secret)?.value ?? "")) f.refuse(secret, "a key of another kind", rest);
  }
  if (mode === "review") f.idle(wanted === undefined ? "TS_POLICY is review (no credential for the policy is set)" : "TS_POLICY is review", "TS_POLICY_FIRST_RULE", "TS_POLICY_REMOVE_ON_DESTROY");
  if (credential === undefined) f.idle("no credential for the policy is set", "TS_API_URL", "TS_POLICY_ACCEPT");
  const { DEPLOYMENT_NAME: name, STALWART_MAGIC_NAME: mailbox, TS_POLICY_ACCEPT: accepted, TS_POLICY_DENY_TESTS: denyTests } = f.settings;
  const access = { mode, url: url ?? headscale ?? TAILSCALE_API, credential, allowFirstRule, removeOnDestroy };
  return { ...access, deployment: name ?? mailbox, accepted, denyTests };
}
