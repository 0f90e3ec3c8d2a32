import { goDuration } from "../../lib/docker/duration";

// What Go's time.Duration.String prints, which the engine returns and the provider compares as text.
test.each([
  [0, "0s"], [1, "1s"], [59, "59s"], [60, "1m0s"], [90, "1m30s"], [3600, "1h0m0s"], [3661, "1h1m1s"], [7320, "2h2m0s"],
])("%d seconds are %s", (seconds, text) => expect(goDuration(seconds)).toBe(text));
