import { createHash } from "node:crypto";
import { complaint } from "../../lib/deploy/looks/health";
import { compare } from "../../lib/deploy/looks/files";
import { misnamed } from "../../lib/deploy/looks/node";
import { settings } from "../../lib/deploy/looks/settings";
import { readStatus } from "../../lib/deploy/own-node";
import type { Ran } from "../../lib/site/run";
import type { Site } from "../../lib/site/site";
import type { Stack } from "../../lib/site/stack";
import { deployment, wireOf } from "../deployment";
import { SETTINGS, objectsOf, player, recorded } from "../mailbox/stalwart/recorded";

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
  test("as it should be", () => expect(misnamed(readStatus(status("stalwart.tail.ts.net.")), "stalwart.tail.ts.net")).toBeUndefined());
  test.each([
    [status("stalwart-1.tail.ts.net."), /is stalwart-1\.tail\.ts\.net on the tailnet, not stalwart\.tail\.ts\.net/],
    [status("", "NeedsLogin"), /is not on the tailnet: NeedsLogin/],
    ["{}", /is not on the tailnet/],
  ])("complains about %s", (json, message) => expect(misnamed(readStatus(json), "stalwart.tail.ts.net")).toMatch(message));
});

describe("the server's settings", () => {
  const NAME = "tailwart-stalwart-stalwart";
  const look = (answer: (input: string) => Ran, { file = "/opt/tailwart/plan/10-domains.json", status = "running" } = {}) => {
    const engine = { container: () => Promise.resolve({ status }), exec: (_: string, __: readonly string[], { input }: { input: string }) => Promise.resolve(answer(input)) };
    const site = { deployment: deployment(SETTINGS), wire: wireOf(SETTINGS), engine: () => engine } as unknown as Site;
    return settings(site, { name: "mailbox", containers: [{ name: NAME, engine: "", files: [{ path: file }] }] } as unknown as Stack);
  };
  const silence = (): Ran => ({ status: 7, stdout: "\n000", stderr: "curl: (7) Failed to connect to 127.0.0.1 port 8080\n" });

  test("as they were deployed: silent", async () => expect(await look(player(recorded()))).toEqual([]));
  test("changed by hand: by object and field, with what puts it back", async () => {
    const answers = recorded();
    objectsOf(answers, "MtaSts")[0].mode = "disable";
    expect(await look(player(answers))).toEqual([{ where: NAME, what: `MtaSts: mode is disable, and was testing; docker restart ${NAME}: its start plan puts it back` }]);
  });
  test("fails with the container's name when the server does not answer", () => expect(look(silence)).rejects.toThrow(`${NAME}: it does not answer (curl: (7) Failed to connect to 127.0.0.1 port 8080)`));
  test.each([["maddy, whose settings are a file", { file: "/opt/tailwart/maddy.conf" }], ["a container that does not run, for the look at health sees it", { status: "exited" }]])("says nothing of %s", async (_, what) => expect(await look(silence, what)).toEqual([]));
});
