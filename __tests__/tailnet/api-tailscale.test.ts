import { ApiError, connect, type PolicyTarget } from "../../lib/tailnet/api";
import { DEFAULT_POLICY, TailscaleDouble, type Fault } from "./double";
import { secretIn, withKey, withOAuth } from "./targets";

let double: TailscaleDouble;
beforeEach(async () => void (double = await TailscaleDouble.start()));
afterEach(() => double.stop());

const ACL = /acl$/;
const VALIDATE = /validate$/;
const FINE = '{\n  // mine\n  "tagOwners": {"tag:a": []},\n  "grants": [],\n}\n';

async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(() => undefined, (one: unknown) => one);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

test("reads the policy byte for byte, as HuJSON, with its version", async () => {
  double.policy = FINE.replace(/\n/g, "\r\n");
  expect(await connect(withKey(double)).read()).toEqual({ text: double.policy, version: double.etag });
  expect(double.seen).toMatchObject([{ method: "GET", path: "/api/v2/tailnet/-/acl", headers: { accept: "application/hujson", authorization: `Bearer ${double.key}` } }]);
});

test("writes what it was given, on the version that was read", async () => {
  const api = connect(withKey(double));
  const before = await api.read();
  await api.write(FINE, before);
  expect(double.policy).toBe(FINE);
  expect(double.asked(/^POST/)).toMatchObject([{ headers: { "if-match": `"${before.version}"`, "content-type": "application/hujson" } }]);
});

test("fails to write on an older version", async () => {
  const api = connect(withKey(double));
  const before = await api.read();
  double.policy = "{}";
  expect(await errorOf(api.write(FINE, before))).toMatchObject({ kind: "changed", uncertain: false });
  expect(double.policy).toBe("{}");
});

test("refuses to write where the server gave no version", async () => {
  expect(await errorOf(connect(withKey(double)).write(FINE, { text: "" }))).toMatchObject({ kind: "strange" });
  expect(double.writes).toBe(0);
});

describe("the check", () => {
  test("lets a good policy pass and stores nothing", async () => {
    expect(await connect(withKey(double)).check(FINE)).toEqual([]);
    expect(double.writes).toBe(0);
  });

  test.each([
    ["a test that fails", '{"tagOwners": {"tag:a": []}, "grants": [], "tests": [{"src": "tag:a", "accept": ["tag:a:25"]}]}', ["test(s) failed", 'tag:a: address "tag:a:25": want: Accept, got: Drop']],
    ["text that is no HuJSON", '{"grants": [}', ["line 1, column 13: ValueExpected"]],
    ["a tag that nobody defined", '{"grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["*"]}]}', ['grants: tag not found: "tag:a"']],
  ])("refuses %s, although the answer is 200", async (_what, text, details) => {
    expect(await errorOf(connect(withKey(double)).check(text))).toMatchObject({ kind: "refused", details });
  });

  test("passes on what the server only warns of", async () => {
    double.fail(VALIDATE, { status: 200, body: { message: "warning(s) found", data: [{ user: "group:x", warnings: ["group is not syncable"] }] } });
    expect(await connect(withKey(double)).check(FINE)).toEqual(["group:x: group is not syncable"]);
  });

  test("is unavailable where the server has none", async () => {
    double.fail(VALIDATE, { status: 404, body: { message: "not found" } });
    expect(await connect(withKey(double)).check(FINE)).toBe("unavailable");
  });
});

describe("fails with one line", () => {
  const host = /127\.0\.0\.1:\d+/g;
  test.each<[what: string, fault: Fault, kind: string, line: string]>([
    ["for a wrong key", { status: 401, body: { message: "API token invalid" } }, "credential", "HOST does not accept TS_API_KEY (401): wrong, expired or revoked; make a new one"],
    ["for a key that may not", { status: 403, body: { message: "calling actor does not have enough permissions to perform this function" } }, "scope", "HOST forbids it (403): the key's owner needs the role Owner, Admin or Network admin; or use an OAuth client with the scope policy_file"],
    ["where there is no API", { status: 404, body: "<html>" }, "absent", "HOST has no /api/v2/tailnet/-/acl (404); look at the API's address (TS_API_URL, TS_LOGIN_SERVER)"],
    ["for a rate limit that lasts", { status: 429, headers: { "Retry-After": "120" } }, "busy", "HOST limits how often it may be asked; try again in 120 s"],
    ["for an error of the server", { status: 502, body: "<html>" }, "failing", "HOST answers 502; try again later"],
    ["for a redirect", { status: 301, headers: { Location: "https://elsewhere.test/" } }, "strange", "HOST answers 301 and points to https://elsewhere.test/; write the API's own address into TS_API_URL"],
    ["for an answer that nobody expects", { status: 418 }, "strange", "HOST answers 418 to GET /api/v2/tailnet/-/acl"],
    ["for a connection that is cut", "cut", "unreachable", "HOST cannot be reached (UND_ERR_SOCKET); look at the address and at the network"],
    ["for silence", "silence", "unreachable", "HOST gave no answer within 1 s; try again"],
  ])("%s", async (_what, fault, kind, line) => {
    double.fail(ACL, fault);
    const error = await errorOf(connect(withKey(double), { timeoutMs: 200 }).read());
    expect([error.kind, error.message.replace(host, "HOST"), error.uncertain]).toEqual([kind, line, false]);
    expect(JSON.stringify([error.message, error.details])).not.toContain(double.key);
  });

  test("where nobody listens", async () => {
    const target = withKey(double);
    await double.stop();
    expect((await errorOf(connect(target).read())).message).toContain("cannot be reached (ECONNREFUSED)");
    double = await TailscaleDouble.start();
  });

  test("for a write whose end is not known", async () => {
    const api = connect(withKey(double), { timeoutMs: 200 });
    const before = await api.read();
    for (const fault of ["cut", "silence", { status: 500 }] as const) {
      double.fail(ACL, fault);
      expect(await errorOf(api.write(FINE, before))).toMatchObject({ uncertain: true });
    }
  });

  test.each([
    ["is not there", "/nonexistent/key", "the file with TS_API_KEY cannot be read (ENOENT); set it, and run npm run synth"],
    ["holds two lines", undefined, "TS_API_KEY: the file holds no single line of plain characters; write the key alone"],
  ])("for a key's file that %s", (_what, file, line) => {
    const target: PolicyTarget = { ...withKey(double), credential: { variable: "TS_API_KEY", file: file ?? secretIn("secret-one\nsecret-two") } };
    expect(() => connect(target)).toThrow(line);
  });
});

test("waits as long as the server asks, and goes on", async () => {
  double.fail(ACL, { status: 429, headers: { "Retry-After": "0" } }, 2);
  expect((await connect(withKey(double)).read()).text).toBe(DEFAULT_POLICY);
  expect(double.seen).toHaveLength(3);
});

describe("with an OAuth client", () => {
  const tokens = () => double.asked(/oauth/).length;

  test("one token serves all calls", async () => {
    const api = connect(withOAuth(double));
    const before = await api.read();
    await api.check(FINE);
    await api.write(FINE, before);
    expect([tokens(), double.policy]).toEqual([1, FINE]);
    expect(double.asked(/acl/).every(({ headers }) => headers.authorization?.startsWith("Bearer tskey-token-"))).toBe(true);
  });

  test("a token in its last minute is not used again", async () => {
    double.tokenSeconds = 59;
    const api = connect(withOAuth(double));
    await api.read();
    await api.read();
    expect(tokens()).toBe(2);
  });

  test("a token that was revoked is renewed, once", async () => {
    const api = connect(withOAuth(double));
    await api.read();
    double.revokeTokens();
    expect((await api.read()).text).toBe(DEFAULT_POLICY);
    expect(tokens()).toBe(2);
    double.revokeTokens();
    expect(await errorOf(api.read())).toMatchObject({ kind: "credential" });
  });

  test("fails with the scope's name where it lacks the scope", async () => {
    double.fail(ACL, { status: 403, body: { message: "calling actor does not have enough permissions" } });
    expect((await errorOf(connect(withOAuth(double)).read())).message).toMatch(/the OAuth client lacks the scope policy_file \(read alone is policy_file:read\)/);
  });

  test.each<[string, Fault | undefined, string, RegExp]>([
    ["for a wrong secret", undefined, "credential", /gives no token for this OAuth client \(401\); look at TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET/],
    ["for a rate limit", { status: 429 }, "busy", /limits how often it is asked for a token/],
    ["for an error of the server", { status: 503 }, "failing", /answers 503 when asked for a token/],
    ["for no token in the answer", { status: 200, body: "<html>" }, "strange", /answers 200 and no token/],
    ["for a connection that is cut", "cut", "unreachable", /cannot be reached/],
  ])("fails %s", async (_what, fault, kind, line) => {
    if (fault !== undefined) double.fail(/oauth/, fault);
    const target = withOAuth(double);
    const error = await errorOf(connect(fault === undefined ? { ...target, credential: { ...target.credential, file: secretIn("tskey-client-wrong") } } : target).read());
    expect([error.kind, error.uncertain]).toEqual([kind, false]);
    expect(error.message).toMatch(line);
    expect(error.message).not.toContain(double.clientSecret);
  });
});
