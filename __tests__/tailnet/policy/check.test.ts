import { checkPolicy, tailnetPolicy, type PolicyGrant, type PolicySections, type PolicyTest } from "../../../lib/tailnet/policy";
import { makeWire } from "../../../lib/wire";
import { LARGE, deployment } from "../../deployment";

const large = deployment(LARGE);
const wire = makeWire(large);
const good = tailnetPolicy(large, wire);

const withGrant = (index: number, change: (grant: PolicyGrant) => PolicyGrant): PolicySections => ({
  ...good,
  grants: good.grants.map((grant, at) => (at === index ? change(grant) : grant)),
});
const withTest = (change: (test: PolicyTest) => PolicyTest): PolicySections => ({ ...good, tests: [change(good.tests[0]), ...good.tests.slice(1)] });
const EDGE = 0;

test("our own policy has no mistakes", () => expect(checkPolicy(good, wire)).toEqual([]));

/** One change each that a hand could make, and what is said about it. */
const MUTATIONS: readonly [name: string, policy: PolicySections, message: RegExp][] = [
  ["a public line without its port", withGrant(EDGE, (one) => ({ ...one, ip: one.ip.filter((item) => item !== "tcp:465") })), /submissions is public and needs exactly one entry tcp:465 .* got none/],
  ["a public port twice in one grant", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "tcp:25"] })), /smtp is public and needs exactly one entry tcp:25 .* got 2/],
  ["a public port again in a second grant", { ...good, grants: [...good.grants, { ...good.grants[EDGE], ip: ["tcp:993"] }] }, /imaps is public .* got 2/],
  ["the database opened to the edge", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "tcp:5432"] })), /opens port 5432, which the wire has not/],
  ["a port that no line has", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "tcp:26"] })), /opens port 26, which the wire has not/],
  ["another source", withGrant(EDGE, (one) => ({ ...one, src: ["tag:other"] })), /tag:other -> tag:stalwart opens port 25/],
  ["one source more", withGrant(EDGE, (one) => ({ ...one, src: [...one.src, "autogroup:member"] })), /tag:reverse-proxy, autogroup:member -> tag:stalwart opens port 25/],
  ["another destination", withGrant(EDGE, (one) => ({ ...one, dst: ["tag:backend"] })), /tag:backend opens port 25/],
  ["everybody as source", withGrant(EDGE, (one) => ({ ...one, src: ["*"] })), /names \*, which is everybody/],
  ["everything as destination", withGrant(EDGE, (one) => ({ ...one, dst: ["*"] })), /names \*, which is everybody/],
  ["every port", withGrant(EDGE, (one) => ({ ...one, ip: ["*"] })), /has "\*"; allowed: tcp:port/],
  ["every TCP port", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "tcp:*"] })), /has "tcp:\*"/],
  ["a range", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "tcp:143-993"] })), /has "tcp:143-993"/],
  ["a list", withGrant(EDGE, (one) => ({ ...one, ip: ["tcp:25,465,587,143,993"] })), /has "tcp:25,465,587,143,993"/],
  ["a port without protocol", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "25"] })), /has "25"/],
  ["another protocol", withGrant(EDGE, (one) => ({ ...one, ip: [...one.ip, "udp:443"] })), /has "udp:443"/],
  ["a grant without ports", withGrant(EDGE, (one) => ({ ...one, ip: [] })), /names no port/],
  ["a backend without grant", { ...good, grants: good.grants.slice(0, -1) }, /tag:stalwart -> tag:backend:5432 is on the wire and has no grant/],
  ["a test with a list of ports", withTest((one) => ({ ...one, accept: ["tag:stalwart:25,465"] })), /has "tag:stalwart:25,465" in accept/],
  ["a test with a range", withTest((one) => ({ ...one, deny: ["tag:stalwart:5000-6000"] })), /has "tag:stalwart:5000-6000" in deny/],
  ["a test of every port", withTest((one) => ({ ...one, deny: ["tag:stalwart:*"] })), /has "tag:stalwart:\*" in deny/],
  ["a test of an autogroup", withTest((one) => ({ ...one, src: "autogroup:member" })), /autogroup:member needs a tag or one user/],
  ["a test that asks for nothing", withTest(({ src, proto }) => ({ src, proto })), /asks for nothing/],
  ["a test that expects what no grant opens", withTest((one) => ({ ...one, accept: ["tag:stalwart:110"] })), /expects tag:stalwart:110, which no grant of ours opens/],
  ["a test that denies what a grant opens", withTest((one) => ({ ...one, deny: ["tag:stalwart:25"] })), /denies tag:stalwart:25, which a grant of ours opens/],
  ["a tag that nobody owns", { ...good, tagOwners: { "tag:stalwart": [], "tag:reverse-proxy": [] } }, /tag:backend is not in tagOwners/],
];

test.each(MUTATIONS)("refuses %s", (_name, policy, message) => {
  expect(checkPolicy(policy, wire).join("\n")).toMatch(message);
});

test("refuses a line that was taken off the wire after the policy was made", () => {
  const fewer = deployment({ ...LARGE, PUBLIC_LINES: "smtp,submissions,imaps" });
  expect(checkPolicy(good, makeWire(fewer)).join("\n")).toMatch(/opens port 587, which the wire has not/);
});
