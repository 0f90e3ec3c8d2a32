import { renderPolicy, tailnetPolicy, type PolicyEntries, type PolicyGrant } from "../../lib/tailnet/policy";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { HEADSCALE, Headscale } from "./headscale";
import { describeWith } from "./programs";

type Overrides = Readonly<Record<string, string | undefined>>;

const ON_HEADSCALE: Overrides = { TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tail.one.test" };
/** alice@ is the plain user, bob@ the admin. */
const EXTERNAL: Overrides = { ...LARGE, ...ON_HEADSCALE, TAILNET_TEST_USER: "alice@", TAILNET_ADMINS: "bob@" };
const EMBEDDED: Overrides = { ...ON_HEADSCALE, PUBLIC_LINES: "smtp,submissions,imaps", TAILNET_LINES: "imap,sieve", TAILNET_USERS: "bob@", TAILNET_TEST_USER: "alice@" };

function policyOf(overrides: Overrides): PolicyEntries {
  const one = deployment(overrides);
  return tailnetPolicy(one, makeWire(one));
}

describeWith([HEADSCALE], "the tailnet policy, judged by a real headscale", () => {
  let headscale: Headscale;
  const external = policyOf(EXTERNAL);
  const embedded = policyOf(EMBEDDED);

  beforeAll(async () => {
    headscale = await Headscale.start("tail.one.test");
    for (const user of ["alice", "bob", "machines"]) await headscale.tell("users", "create", user);
  });
  afterAll(() => headscale.stop());

  const check = (policy: PolicyEntries) => headscale.policy("check", renderPolicy(policy));
  const refused = async (policy: PolicyEntries): Promise<string> => {
    const { code, stderr } = await check(policy);
    expect(code).not.toBe(0);
    return stderr;
  };

  describe("before any node has joined", () => {
    test("the text without tests is accepted whole", async () => {
      for (const policy of [external, embedded]) expect(await check({ ...policy, tests: [] })).toMatchObject({ code: 0, stdout: "Policy is valid\n" });
    });

    test("refuses the tests, as the snippet's comment says", async () => expect(await refused(external)).toContain("resolved to no IP addresses"));

    test("refuses Tailscale's own tag owners, which is why ours differ", async () => {
      const message = await refused({ ...policyOf({}), tests: [] });
      expect(message).toContain("autogroup:admin");
    });
  });

  describe("with a node for each tag and user", () => {
    beforeAll(async () => {
      expect(await headscale.policy("set", renderPolicy({ ...external, tests: [] }))).toMatchObject({ code: 0 });
      await headscale.join("stalwart", "machines", "tag:stalwart");
      await headscale.join("edge", "machines", "tag:reverse-proxy");
      await headscale.join("postgres", "machines", "tag:backend");
      await headscale.join("laptop", "alice");
      await headscale.join("desk", "bob");
    });

    test.each([["external", external], ["embedded", embedded]])("%s backends: every test of ours passes, and our text is kept byte for byte", async (_name, policy) => {
      expect(policy.tests.map(({ src }) => src)).toEqual(["tag:reverse-proxy", "tag:stalwart", "alice@"]);
      expect(await headscale.policy("set", renderPolicy(policy))).toMatchObject({ code: 0, stdout: "Policy updated.\n" });
      expect((await headscale.tell("policy", "get")).trimEnd()).toBe(renderPolicy(policy).trimEnd());
    });

    const opened = (grant: PolicyGrant): PolicyEntries => ({ ...external, grants: [...external.grants, grant] });
    const closed = (index: number, item: string): PolicyEntries => ({
      ...external,
      grants: external.grants.map((grant, at) => (at === index ? { ...grant, ip: grant.ip.filter((one) => one !== item) } : grant)),
    });
    const to = (src: string, dst: string, ip: string): PolicyGrant => ({ src: [src], dst: [dst], ip: [ip] });

    const ALLOWED = "expected DENIED, got ALLOWED";
    const DENIED = "expected ALLOWED, got DENIED";
    test.each([
      ["the edge may open the mailbox's PostgreSQL port", opened(to("tag:reverse-proxy", "tag:stalwart", "tcp:5432")), `tag:reverse-proxy -> tag:stalwart:5432 (tcp): ${ALLOWED}`],
      ["the edge may open the database's own node", opened(to("tag:reverse-proxy", "tag:backend", "tcp:5432")), `tag:reverse-proxy -> tag:backend:5432 (tcp): ${ALLOWED}`],
      ["the edge may open a tailnet-only line", opened(to("tag:reverse-proxy", "tag:stalwart", "tcp:143")), `tag:reverse-proxy -> tag:stalwart:143 (tcp): ${ALLOWED}`],
      ["somebody opens everything", opened(to("*", "*", "*")), `tag:reverse-proxy -> tag:stalwart:22 (tcp): ${ALLOWED}`],
      ["a plain user may open the public mail port", opened(to("autogroup:member", "tag:stalwart", "tcp:25")), `alice@ -> tag:stalwart:25 (tcp): ${ALLOWED}`],
      ["the mailbox may send mail to the edge", opened(to("tag:stalwart", "tag:reverse-proxy", "tcp:25")), `tag:stalwart -> tag:reverse-proxy:25 (tcp): ${ALLOWED}`],
      ["submissions was forgotten", closed(0, "tcp:465"), `tag:reverse-proxy -> tag:stalwart:465 (tcp): ${DENIED}`],
      ["the database was forgotten", closed(3, "tcp:5432"), `tag:stalwart -> tag:backend:5432 (tcp): ${DENIED}`],
    ])("refuses a policy in which %s", async (_name, policy, message) => expect(await refused(policy)).toContain(message));
  });
});
