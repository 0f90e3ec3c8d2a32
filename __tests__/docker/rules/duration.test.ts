import fc from "fast-check";
import { canonicalDuration } from "../../../lib/docker/rules/duration";

// Printed by Go's time.Duration.String.
const PRINTED: readonly (readonly [string, string])[] = [
  ["0", "0s"],
  ["0m", "0s"],
  ["30s", "30s"],
  ["60s", "1m0s"],
  ["90s", "1m30s"],
  ["1m", "1m0s"],
  ["1h", "1h0m0s"],
  ["1.5h", "1h30m0s"],
  ["25h1s", "25h0m1s"],
  ["1500ms", "1.5s"],
  ["90.25s", "1m30.25s"],
  [".5s", "500ms"],
  ["1500us", "1.5ms"],
  ["1500ns", "1.5µs"],
  ["12ns", "12ns"],
];

test.each(PRINTED)("%s is printed as %s", (text, printed) => {
  expect(canonicalDuration(text)).toBe(printed);
});

test.each(["", "5", "s", "1 s", "-1s", "1d", "ten", "1s2", "1..5s", "."])("refuses %p", (text) => {
  expect(canonicalDuration(text)).toBeUndefined();
});

test("what it prints it prints again", () => {
  const part = fc.tuple(fc.nat({ max: 9999 }), fc.constantFrom("ns", "us", "ms", "s", "m", "h")).map(([value, unit]) => `${value}${unit}`);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const printed = canonicalDuration(parts.join(""));
      expect(printed).toBeDefined();
      expect(canonicalDuration(printed as string)).toBe(printed);
    }),
  );
});
