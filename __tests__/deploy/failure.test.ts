import { buildReason, explain, hintFor, shortened } from "../../lib/deploy/failure";

const PROBE = [
  "tailwart-postgres: waiting, running starting (15 s)",
  "tailwart-postgres is not healthy: running unhealthy. What its health check said last, and its last log lines:",
  "no response",
  'FATAL:  password authentication failed for user "stalwart"',
];

describe("explain", () => {
  test("a container that is not healthy: its name, its state, what it means, its last log lines", () => {
    const { line, seen } = explain({ summary: "local-exec provisioner error", detail: "Error running command" }, "tailwart-postgres", PROBE);
    expect(line).toMatch(/^tailwart-postgres is not healthy \(running unhealthy\); STALWART_DB_PASSWORD is not the password/);
    expect(seen).toEqual(PROBE.slice(2));
  });

  test("a container that has ended", () => {
    expect(explain({ summary: "", detail: "" }, undefined, ["x is not healthy: exited . What its health check said last, and its last log lines:", "boom"])).toEqual({ line: "x is not healthy (it ended)", seen: ["boom"] });
  });

  test("Terraform's own words in one line, with the resource's name", () => {
    expect(explain({ summary: "Unable to create container", detail: "\n  conflict\n" }, "tailwart-edge", [])).toEqual({ line: "tailwart-edge: Unable to create container: conflict", seen: [] });
  });

  test("the last words of a program stand once", () => {
    expect(explain({ summary: "local-exec provisioner error", detail: "…" }, "edge config", ["reload: refused"])).toEqual({ line: "edge config: reload: refused", seen: [] });
  });

  test.each([
    ["listen tcp :25: bind: address already in use", /another program has the port/],
    ["Provider configuration not present: To work with docker_image.x (orphan) its original provider configuration", /an edge was taken out of \.env .* put it back/],
    ["Error acquiring the state lock", /another deploy is running/],
    ["pull access denied for x", /the image cannot be had/],
    ["all is well", undefined],
  ])("what %j means", (text, hint) => (hint === undefined ? expect(hintFor(text)).toBeUndefined() : expect(hintFor(text)).toMatch(hint)));
});

describe("why a build failed", () => {
  test("our own line, also behind BuildKit's numbers", () => {
    expect(buildReason("#8 0.331 edge image: downloading https://x\n#8 1.20 edge image: the download failed: https://x\n#8 ERROR: process did not complete")).toEqual({ line: "edge image: the download failed: https://x", seen: [] });
  });

  test("our own line, in Docker's colour", () => {
    expect(buildReason("Step 1/2 : FROM a\n\u001b[91medge image: it is for another processor\n\u001b[0m\nThe command '/bin/sh' returned a non-zero code: 1").line).toBe("edge image: it is for another processor");
  });

  test("else the last lines", () => {
    expect(buildReason("Step 1/3 : FROM nothing:1\npull access denied for nothing").line).toMatch(/^pull access denied for nothing; the image cannot be had/);
  });
});

test("log lines: repeated ones once, long ones cut, only the last of many", () => {
  expect(shortened(["a", "b", "b", "b", "a"])).toEqual(["a", "b", "a"]);
  expect(shortened(["x".repeat(1000)])[0]).toHaveLength(241);
  expect(shortened(Array.from({ length: 50 }, (_, index) => String(index)))).toHaveLength(12);
});
