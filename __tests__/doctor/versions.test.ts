import { PROGRAMS } from "../../lib/versions";
import { knownBad, olderThan, versionIn } from "../../lib/doctor/versions";

test.each([
  ["stalwart 0.16.18", "0.16.18"],
  ["v2.11.4 h1:abc=", "2.11.4"],
  ["1.102.3-t0123", "1.102.3"],
  ["stalwartlabs/stalwart:v0.16.18@sha256:00", "0.16.18"],
  ["maddy 0.9.4 linux/amd64", "0.9.4"],
  ["latest", undefined],
])("the version in %s", (text, version) => expect(versionIn(text)).toBe(version));

test("numbers are compared as numbers", () => {
  expect(olderThan("0.16.9", "0.16.18")).toBe(true);
  expect(olderThan("0.16.18", "0.16.18")).toBe(false);
  expect(olderThan("0.17.0", "0.16.18")).toBe(false);
});

const DAY = new Date("2026-11-30T12:00:00Z");

test.each<[string, string, RegExp | undefined]>([
  ["Stalwart", "0.15.5", /another shape/],
  ["Stalwart", "0.16.11", /bans do not end/],
  ["Stalwart", PROGRAMS.stalwart.default, undefined],
  ["maddy", "0.9.0", /panic/],
  ["maddy", "0.9.7", /DMARC can be bypassed/],
  ["maddy", PROGRAMS.maddy.default, undefined],
  ["Caddy", "2.11.4", /security/],
  ["Caddy", "2.11.9", undefined],
  ["PostgreSQL", "14.20", /14 gets no more fixes since 2026-11-12/],
  ["PostgreSQL", PROGRAMS.postgres.default, undefined],
  ["something else", "1.0.0", undefined],
])("what is known of %s %s", (program, version, why) => {
  const said = knownBad(program, version, DAY);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(why);
});

test("a line of versions is bad from the day on which its support ends", () => {
  expect(knownBad("Stalwart", "0.16.25", new Date("2027-05-31T23:59:59Z"))).toBeUndefined();
  expect(knownBad("Stalwart", "0.16.25", new Date("2027-06-01T00:00:00Z"))).toMatch(/since 2027-06-01/);
});
