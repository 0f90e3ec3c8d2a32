import fc from "fast-check";
import { parse, type ParseError } from "jsonc-parser";
import { POLICY_MARKER, checkPolicy, renderPolicy, tailnetPolicy, type PolicyEntries, type PolicySections } from "../../lib/tailnet/policy";
import { BACKEND_LINES, MAIL_LINES, makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";

type Overrides = Readonly<Record<string, string | undefined>>;

function policyOf(overrides: Overrides = {}) {
  const one = deployment(overrides);
  const wire = makeWire(one);
  return { deployment: one, wire, policy: tailnetPolicy(one, wire) };
}

/** HuJSON is JSON with comments and one trailing comma; anything else is an error here. */
function parseStrictly(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, disallowComments: false });
  expect(errors).toEqual([]);
  return value;
}

const sections = ({ tagOwners, grants, tests }: PolicyEntries): PolicySections => ({ tagOwners, grants, tests });
const testOf = ({ tests }: PolicySections, src: string) => tests.find((test) => test.src === src);

describe("the snippet", () => {
  test("of a small deployment", () => expect(renderPolicy(policyOf().policy)).toMatchSnapshot());
  test("of a large deployment", () => expect(renderPolicy(policyOf(LARGE).policy)).toMatchSnapshot());

  test("names the line beside each port", () => {
    const text = renderPolicy(policyOf().policy);
    expect(text).toMatch(/"tcp:25", +\/\/ smtp\n/);
    expect(text).toMatch(/"tag:stalwart:5432", +\/\/ postgres\n/);
  });

  test("marks every entry as ours", () => {
    const { policy } = policyOf(LARGE);
    const marks = renderPolicy(policy).split("\n").filter((line) => line.includes(POLICY_MARKER) || line.includes("tailwart[stalwart]:"));
    // head, tagOwners, the tests' explanation, and one for each grant and each test
    expect(marks).toHaveLength(3 + policy.grants.length + policy.tests.length);
  });

  test("leaves the section of tests out when there are none", () => {
    const { policy } = policyOf(LARGE);
    const value = parseStrictly(renderPolicy({ ...policy, tests: [] }));
    expect(value).toEqual({ tagOwners: policy.tagOwners, grants: policy.grants });
  });

  test("says which groups and tags the operator's own policy has to define", () => {
    const { policy } = policyOf({ TAILNET_LINES: "sieve", TAILNET_USERS: "group:family,tag:phone,alice@one.test" });
    expect(renderPolicy(policy)).toContain("has to define: group:family, tag:phone.");
    expect(renderPolicy(policyOf().policy)).not.toContain("has to define");
  });
});

describe("grants", () => {
  test("are one for each pair of parties, in the wire's order", () => {
    expect(policyOf(LARGE).policy.grants.map(({ src, dst, ip }) => `${src.join()} ${dst.join()} ${ip.join()}`)).toEqual([
      "tag:reverse-proxy tag:stalwart tcp:25,tcp:465,tcp:587,tcp:993,tcp:4190,tcp:443,tcp:8080",
      "autogroup:member tag:stalwart tcp:143",
      "autogroup:admin tag:stalwart tcp:8080",
      "tag:stalwart tag:backend tcp:5432,tcp:6379,tcp:3900",
    ]);
  });

  test("follow the backends' own tags", () => {
    const { policy } = policyOf({ ...LARGE, BACKENDS_TAG: "postgres=tag:db,redis=tag:cache,s3=tag:db" });
    expect(policy.grants.slice(-2)).toEqual([
      { src: ["tag:stalwart"], dst: ["tag:db"], ip: ["tcp:5432", "tcp:3900"] },
      { src: ["tag:stalwart"], dst: ["tag:cache"], ip: ["tcp:6379"] },
    ]);
    expect(Object.keys(policy.tagOwners)).toEqual(["tag:stalwart", "tag:reverse-proxy", "tag:db", "tag:cache"]);
  });

  test("name a port once when two backends use it", () => {
    const { policy } = policyOf({ ...LARGE, STALWART_DB_PORT: "6379" });
    expect(policy.grants.at(-1)?.ip).toEqual(["tcp:6379", "tcp:3900"]);
    expect(renderPolicy(policy)).toMatch(/"tcp:6379", +\/\/ postgres, redis\n/);
  });
});

describe("tag owners", () => {
  test("are Tailscale's admins by default", () => expect(policyOf().policy.tagOwners["tag:stalwart"]).toEqual(["autogroup:admin"]));
  test("are nobody on Headscale by default, else whom the operator names", () => {
    const headscale = { TS_LOGIN_SERVER: "https://hs.one.test", TS_TAILNET: "tail.one.test" };
    expect(policyOf(headscale).policy.tagOwners).toEqual({ "tag:stalwart": [], "tag:reverse-proxy": [] });
    const { policy } = policyOf({ ...headscale, TAILNET_ADMINS: "group:admins,bob@" });
    expect(policy.tagOwners["tag:stalwart"]).toEqual(["group:admins", "bob@"]);
  });
});

describe("tests of the policy", () => {
  test("the edge reaches every public line and nothing else of the mailbox", () => {
    const { policy } = policyOf();
    expect(testOf(policy, "tag:reverse-proxy")).toEqual({
      src: "tag:reverse-proxy",
      proto: "tcp",
      accept: ["25", "465", "587", "143", "993", "443"].map((port) => `tag:stalwart:${port}`),
      deny: ["8080", "5432", "3900", "22", "8089"].map((port) => `tag:stalwart:${port}`),
    });
  });

  test("with an admin vhost the edge reaches the administration as well", () => {
    const edge = testOf(policyOf(LARGE).policy, "tag:reverse-proxy");
    expect(edge?.accept).toContain("tag:stalwart:8080");
    expect(edge?.deny).not.toContain("tag:stalwart:8080");
  });

  test("the edge reaches no backend, neither on its node nor on the mailbox", () => {
    const deny = testOf(policyOf(LARGE).policy, "tag:reverse-proxy")?.deny;
    expect(deny).toEqual(expect.arrayContaining(["tag:backend:5432", "tag:backend:6379", "tag:backend:3900", "tag:stalwart:5432"]));
  });

  test("the mailbox reaches its backends and not the edge's mail ports", () => {
    expect(testOf(policyOf(LARGE).policy, "tag:stalwart")).toMatchObject({
      accept: ["tag:backend:5432", "tag:backend:6379", "tag:backend:3900"],
      deny: ["25", "465", "587", "993", "4190"].map((port) => `tag:reverse-proxy:${port}`),
    });
  });

  test("embedded backends have no node, so no test names their tag", () => {
    const { policy } = policyOf();
    expect(JSON.stringify(policy)).not.toContain("tag:backend");
    expect(testOf(policy, "tag:stalwart")?.accept).toBeUndefined();
  });

  test("a user who is covered reaches the tailnet-only lines and no public one", () => {
    const alice = testOf(policyOf(LARGE).policy, "alice@one.test");
    expect(alice?.accept).toEqual(["tag:stalwart:143"]);
    expect(alice?.deny).toContain("tag:stalwart:25");
  });

  test("a user who is not covered reaches none of them", () => {
    const alice = testOf(policyOf({ ...LARGE, TAILNET_USERS: "bob@one.test" }).policy, "alice@one.test");
    expect(alice?.accept).toBeUndefined();
    expect(alice?.deny).toContain("tag:stalwart:143");
  });

  test("nothing is asked where only the control server knows who is in a group", () => {
    const alice = testOf(policyOf({ ...LARGE, TAILNET_USERS: "group:family" }).policy, "alice@one.test");
    expect(JSON.stringify(alice)).not.toContain("tag:stalwart:143");
  });

  test("an admin who is the test's user is not denied what our own grant opens", () => {
    const alice = testOf(policyOf({ ...LARGE, TAILNET_ADMINS: "alice@one.test" }).policy, "alice@one.test");
    expect(alice?.accept).toContain("tag:stalwart:8080");
    expect(alice?.deny).not.toContain("tag:stalwart:8080");
    expect(testOf(policyOf({ ...LARGE, TAILNET_ADMINS: "bob@one.test" }).policy, "alice@one.test")?.deny).toContain("tag:stalwart:8080");
  });
});

/** Any subset of lines on either side, and the settings that move grants. */
const anyContract = fc
  .record({
    reach: fc.array(fc.constantFrom("public", "tailnet", "off"), { minLength: MAIL_LINES.length, maxLength: MAIL_LINES.length }),
    web: fc.constantFrom("shared", "mail-only"),
    adminVhost: fc.boolean(),
    external: fc.subarray([...BACKEND_LINES]),
    tags: fc.constantFrom(undefined, "tag:db", "postgres=tag:db,redis=tag:cache"),
    users: fc.constantFrom("autogroup:member", "alice@one.test", "bob@one.test,group:family", "tag:phone", "tag:stalwart"),
    admins: fc.constantFrom(undefined, "alice@one.test", "group:admins,tag:phone", "bob@"),
    testUser: fc.constantFrom(undefined, "alice@one.test"),
    headscale: fc.boolean(),
  })
  .map(({ reach, web, adminVhost, external, tags, users, admins, testUser, headscale }): Overrides => {
    const lines = (wanted: string) => MAIL_LINES.filter((name, index) => (name === "smtp" ? wanted === "public" : reach[index] === wanted)).join(",");
    return {
      PUBLIC_LINES: lines("public"),
      TAILNET_LINES: lines("tailnet") || "none",
      EDGE_WEB: web,
      EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true",
      ADMIN_VHOST: adminVhost ? "stalwart.one.test" : undefined,
      ...(external.length === 0
        ? {}
        : {
            BACKENDS: "external",
            STALWART_DB_HOST: "postgres",
            STALWART_REDIS_HOST: external.includes("redis") ? "redis" : undefined,
            STALWART_S3_ENDPOINT: external.includes("s3") ? "https://garage" : undefined,
          }),
      BACKENDS_TAG: tags,
      TAILNET_USERS: users,
      TAILNET_ADMINS: admins,
      TAILNET_TEST_USER: testUser,
      TS_LOGIN_SERVER: headscale ? "https://hs.one.test" : undefined,
    };
  });

describe("for any contract", () => {
  test("the text is HuJSON and says what the object says", () => {
    fc.assert(
      fc.property(anyContract, (overrides) => {
        const { policy } = policyOf(overrides);
        expect(parseStrictly(renderPolicy(policy))).toEqual(sections(policy).tests.length === 0 ? { tagOwners: policy.tagOwners, grants: policy.grants } : sections(policy));
      }),
      { numRuns: 200 },
    );
  });

  test("grants, routes and tests agree", () => {
    fc.assert(
      fc.property(anyContract, (overrides) => {
        const { policy, wire, deployment: one } = policyOf(overrides);
        expect(checkPolicy(policy, wire)).toEqual([]);
        const edge = testOf(policy, one.tailnet.tags.edge);
        // what the edge dials is what the policy lets it dial, and the policy's own test asks for it
        for (const { port } of wire.routes) expect(edge?.accept).toContain(`${wire.mailbox.tag}:${port}`);
        for (const { accept = [], deny = [] } of policy.tests) expect(accept.filter((target) => deny.includes(target))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
