import { deployment } from "../deployment";
import { mistakesOf } from "../mistakes";

type Overrides = Readonly<Record<string, string | undefined>>;
const accessOf = (overrides: Overrides = {}) => deployment(overrides).tailnet.policy;
const API = "https://api.tailscale.com";
const HEADSCALE = { TS_LOGIN_SERVER: "https://hs.one.test", TS_TAILNET: "tail.one.test", TAILNET_ADMINS: "bob@" };
const OAUTH = { TS_OAUTH_CLIENT_ID: "kCNTRL", TS_OAUTH_CLIENT_SECRET: "tskey-client-x" };
const KEY = { TS_API_KEY: "tskey-api-x" };

test.each<[string, Overrides, object]>([
  ["nothing: a person merges", {}, { mode: "review", url: API, allowFirstRule: false, removeOnDestroy: false }],
  ["an API key", KEY, { mode: "apply", url: API, credential: { secret: "TS_API_KEY" } }],
  ["an OAuth client", OAUTH, { mode: "apply", credential: { secret: "TS_OAUTH_CLIENT_SECRET", clientId: "kCNTRL" } }],
  ["Headscale's key", { ...HEADSCALE, HEADSCALE_API_KEY: "hskey-api-x" }, { mode: "apply", url: HEADSCALE.TS_LOGIN_SERVER, credential: { secret: "HEADSCALE_API_KEY" } }],
  ["a key for watching only", { ...KEY, TS_POLICY: "review" }, { mode: "review", credential: { secret: "TS_API_KEY" } }],
  ["another address", { ...KEY, TS_API_URL: "http://127.0.0.1:1/" }, { url: "http://127.0.0.1:1" }],
  ["Tailscale's key with Headscale", { ...HEADSCALE, ...KEY }, { mode: "review" }],
])("%s", (_what, overrides, access) => expect(accessOf(overrides)).toMatchObject(access));

test("applying without a credential stops the deploy, not synth", () => {
  expect(deployment({ TS_POLICY: "apply" }).missing).toContain("TS_API_KEY: the tailnet's policy is read and written with it (or with TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET)");
  expect(deployment({ TS_POLICY: "apply", ...HEADSCALE }).missing).toContain("HEADSCALE_API_KEY: the tailnet's policy is read and written with it");
  expect(deployment({ TS_OAUTH_CLIENT_ID: "kCNTRL" }).missing).toContain("TS_OAUTH_CLIENT_SECRET: the tailnet's policy is read and written with it");
  expect(deployment({ TS_API_KEY_FILE: "/nonexistent/key" }).missing).toContainEqual(expect.stringMatching(/^TS_API_KEY: .*TS_API_KEY_FILE names is not there/));
});

test.each<[string, Overrides, string]>([
  ["a key and a client", { ...KEY, ...OAUTH }, 'TS_OAUTH_CLIENT_ID: got "kCNTRL"; TS_API_KEY is set too, and one of them is enough; keep the OAuth client or the key'],
  ["a client without an id", { TS_OAUTH_CLIENT_SECRET: "tskey-client-x" }, "TS_OAUTH_CLIENT_ID: got nothing; TS_OAUTH_CLIENT_SECRET is set and belongs to a client; set its id too"],
  ["an auth key for an API key", { TS_API_KEY: "tskey-auth-x" }, 'TS_API_KEY: got "a key of another kind"; it is no API access token; write one (tskey-api-…), or an OAuth client into TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET'],
  ["an API key for a client's secret", { ...OAUTH, TS_OAUTH_CLIENT_SECRET: "tskey-api-x" }, 'TS_OAUTH_CLIENT_SECRET: got "a key of another kind"; it is no OAuth client\'s secret; write one (tskey-client-…), or an API access token into TS_API_KEY'],
  ["a join key for Headscale's API key", { ...HEADSCALE, HEADSCALE_API_KEY: "hskey-auth-x" }, 'HEADSCALE_API_KEY: got "a key of another kind"; it is no API key of Headscale; make one with headscale apikeys create'],
])("refuses %s", (_what, overrides, mistake) => expect(mistakesOf(() => deployment(overrides))).toEqual([mistake]));

test.each<[string, Overrides, string]>([
  ["another server's key", { ...HEADSCALE, ...KEY }, "TS_API_KEY is set and does nothing: nothing in this configuration uses it"],
  ["another server's client", { ...HEADSCALE, TS_OAUTH_CLIENT_ID: "k" }, "TS_OAUTH_CLIENT_ID is set and does nothing: TS_LOGIN_SERVER is set, and Headscale takes HEADSCALE_API_KEY"],
  ["settings for applying where nothing is applied", { TS_POLICY_FIRST_RULE: "true" }, "TS_POLICY_FIRST_RULE is set and does nothing: TS_POLICY is review (no credential for the policy is set)"],
  ["an address that nobody asks", { TS_API_URL: "https://a.test" }, "TS_API_URL is set and does nothing: no credential for the policy is set"],
])("warns of %s", (_what, overrides, warning) => expect(deployment(overrides).warnings).toContain(warning));
