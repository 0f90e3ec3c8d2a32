import { ApiError, connect } from "../../lib/tailnet/api";
import { TailscaleDouble } from "./double";
import { HeadscaleDouble } from "./headscale-double";
import { onHeadscale, secretIn } from "./targets";

const FINE = '{\n  // mine\n  "tagOwners": {"tag:a": []},\n  "grants": [],\n}\n';
const FAILING = '{"tagOwners": {"tag:a": []}, "grants": [], "tests": [{"src": "tag:a", "accept": ["tag:a:25"]}]}';

async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(() => undefined, (one: unknown) => one);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe.each(["0.29", "0.30"] as const)("v1 as %s speaks it", (version) => {
  let double: HeadscaleDouble;
  beforeEach(async () => void (double = await HeadscaleDouble.start(version)));
  afterEach(() => double.stop());

  test("reads, checks and writes, comments and all", async () => {
    double.policy = '{ /* theirs */ "grants": [] }';
    const api = connect(onHeadscale(double));
    const before = await api.read();
    expect(before).toEqual({ text: double.policy });
    expect(await api.check(FINE)).toEqual([]);
    await api.write(FINE, before);
    expect(double.policy).toBe(FINE);
  });

  test("where nothing was ever stored there is an empty policy", async () => {
    const api = connect(onHeadscale(double));
    const before = await api.read();
    expect(before).toEqual({ text: "" });
    await api.write(FINE, before);
    expect(double.policy).toBe(FINE);
  });

  test("refuses what the server refuses, in its words", async () => {
    double.policy = "{}";
    const api = connect(onHeadscale(double));
    for (const work of [api.check(FAILING), api.write(FAILING, { text: "{}" })])
      expect(await errorOf(work)).toMatchObject({ kind: "refused", details: expect.arrayContaining([expect.stringContaining("test(s) failed"), 'address "tag:a:25": want: Accept, got: Drop']) });
    expect(double.policy).toBe("{}");
  });

  test("fails in file mode, and says what to do", async () => {
    Object.assign(double, { policy: "{}", mode: "file" });
    expect(await errorOf(connect(onHeadscale(double)).write(FINE, { text: "{}" }))).toMatchObject({
      kind: "settings",
      message: expect.stringMatching(/takes its policy from a file: set policy.mode: database there, or write TS_POLICY=review/),
    });
  });

  test("fails when somebody was quicker, before the write", async () => {
    double.policy = "{}";
    const api = connect(onHeadscale(double));
    const before = await api.read();
    double.policy = '{ "grants": [] }';
    expect(await errorOf(api.write(FINE, before))).toMatchObject({ kind: "changed" });
    expect(double.policy).toBe('{ "grants": [] }');
  });

  test("fails when somebody writes over it at once", async () => {
    double.policy = "{}";
    const api = connect(onHeadscale(double));
    const before = await api.read();
    double.afterWrite = () => void (double.policy = '{ "acls": [] }');
    expect(await errorOf(api.write(FINE, before))).toMatchObject({ kind: "changed" });
  });

  test("fails for a key that is not known", async () => {
    const target = onHeadscale(double);
    expect(await errorOf(connect({ ...target, credential: { ...target.credential, file: secretIn("hskey-api-other") } }).read())).toMatchObject({ kind: "credential" });
  });
});

test("an older v1 without a check says so", async () => {
  const double = await HeadscaleDouble.start();
  Object.assign(double, { policy: "{}", checks: false });
  expect(await connect(onHeadscale(double)).check(FAILING)).toBe("unavailable");
  await double.stop();
});

test("v1 is preferred, and v2 is taken where it is all there is: ETag, If-Match, no check", async () => {
  const v1 = await HeadscaleDouble.start("0.30");
  v1.policy = "{}";
  await connect(onHeadscale(v1)).read();
  expect(v1.asked).toEqual(["GET /api/v1/policy", "GET /api/v1/policy"]);
  await v1.stop();

  const v2 = await TailscaleDouble.start();
  const api = connect(onHeadscale(v2));
  const before = await api.read();
  expect(before.version).toBe(v2.etag);
  v2.fail(/validate/, { status: 404, body: { message: "not found" } });
  expect(await api.check(FINE)).toBe("unavailable");
  await api.write(FINE, before);
  expect(v2.policy).toBe(FINE);
  expect(await errorOf(api.write("{}", before))).toMatchObject({ kind: "changed" });
  v2.fail(/POST.*acl/, { status: 400, body: { message: "update is disabled for modes other than 'database'", status: 400 } });
  expect(await errorOf(api.write("{}", await api.read()))).toMatchObject({ kind: "settings" });
  await v2.stop();
});
