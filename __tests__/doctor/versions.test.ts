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

test("what is known of versions: the worst first, and nothing of good ones", () => {
  expect(knownBad("Stalwart", "0.15.5")).toMatch(/another shape/);
  expect(knownBad("Stalwart", "0.16.11")).toMatch(/bans do not end/);
  expect(knownBad("Stalwart", "0.16.18")).toBeUndefined();
  expect(knownBad("maddy", "0.9.0")).toMatch(/panic/);
  expect(knownBad("Caddy", "2.11.4")).toBeUndefined();
});
