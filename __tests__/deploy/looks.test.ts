import { createHash } from "node:crypto";
import { complaint } from "../../lib/deploy/looks/health";
import { compare } from "../../lib/deploy/looks/files";
import { misnamed } from "../../lib/deploy/looks/node";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("health", () => {
  const now = Date.parse("2030-01-01T12:00:00Z");
  const state = (over: object) => ({ status: "running", health: "healthy", restarts: 0, started: new Date("2030-01-01T11:59:00Z"), ...over });
  test("says nothing against a container that runs well, also after many starts long ago", () => {
    expect(complaint(state({}), now)).toBeUndefined();
    expect(complaint(state({ restarts: 9, started: new Date("2029-12-31T00:00:00Z") }), now)).toBeUndefined();
  });
  test.each([
    [undefined, /is not there/],
    [state({ status: "exited" }), /is exited/],
    [state({ health: "unhealthy" }), /is unhealthy/],
    [state({ restarts: 9 }), /started again 9 times/],
  ])("complains about %j", (seen, message) => expect(complaint(seen, now)).toMatch(message));
});

describe("files", () => {
  const placed = [
    { path: "/a", mode: "0755", content: "a\n" },
    { path: "/s", mode: "0440", source: "/nowhere/secret" },
  ];
  test("as they should be; a secret whose file is not here is known by its mode", () => {
    expect(compare(placed, [`755 ${sha256("a\n")} -`, `440 ${sha256("anything")} -`, ""])).toEqual([]);
  });
  test("changed, gone, opened; never with a hash in the text", () => {
    const said = compare(placed, [`755 ${sha256("b")} -`, `444 ${sha256("x")} -`]);
    expect(said).toEqual([expect.stringMatching(/^\/a is not what was deployed/), expect.stringMatching(/^\/s has mode 444, not 440/)]);
    expect(said.join()).not.toMatch(/[0-9a-f]{16}/);
    expect(compare(placed, ["", `440 ${sha256("x")} -`])).toEqual([expect.stringMatching(/^\/a is gone/)]);
  });
});

describe("the node's name", () => {
  const status = (DNSName: string, BackendState = "Running"): string => JSON.stringify({ BackendState, Self: { DNSName } });
  test("as it should be", () => expect(misnamed(status("stalwart.tail.ts.net."), "stalwart.tail.ts.net")).toBeUndefined());
  test.each([
    [status("stalwart-1.tail.ts.net."), /is stalwart-1\.tail\.ts\.net on the tailnet, not stalwart\.tail\.ts\.net/],
    [status("", "NeedsLogin"), /is not on the tailnet: NeedsLogin/],
    ["{}", /is not on the tailnet/],
  ])("complains about %s", (json, message) => expect(misnamed(json, "stalwart.tail.ts.net")).toMatch(message));
});
