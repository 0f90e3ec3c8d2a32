import { connectNodes, type NodesApi, type PolicyTarget } from "../../lib/tailnet/api";
import { byHand, claimName } from "../../lib/tailnet/nodes";
import type { Device, Devices } from "./devices";
import { TailscaleDouble } from "./double";
import { HeadscaleDouble } from "./headscale-double";
import { onHeadscale, withKey, withOAuth } from "./targets";

const NOW = Date.parse("2030-01-01T12:00:00Z");
const CLAIM = { host: "stalwart.tail0000.ts.net", tag: "tag:stalwart", addresses: ["100.64.0.3", "fd7a::3"] };
const OLD: Device = { id: "1", label: "stalwart", tags: ["tag:stalwart"], address: "100.64.0.1", online: false, lastSeen: "2030-01-01T11:50:00Z" };
const OWN: Device = { id: "3", label: "stalwart-1", tags: ["tag:stalwart"], address: "100.64.0.3", online: true, lastSeen: "2030-01-01T12:00:00Z" };
const EDGE: Device = { id: "2", label: "edge", tags: ["tag:reverse-proxy"], address: "100.64.0.2", online: true };

const SERVERS: readonly (readonly [string, () => Promise<{ devices: Devices; stop(): Promise<void>; target: PolicyTarget }>])[] = [
  ["Tailscale", async () => TailscaleDouble.start().then((double) => ({ devices: double.devices, stop: () => double.stop(), target: withKey(double) }))],
  ["Headscale", async () => HeadscaleDouble.start().then((double) => ({ devices: double.devices, stop: () => double.stop(), target: onHeadscale(double) }))],
];

describe.each(SERVERS)("%s", (_, start) => {
  let devices: Devices;
  let api: NodesApi;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    const server = await start();
    ({ devices, stop } = server);
    api = connectNodes(server.target);
  });
  afterEach(() => stop());

  /** What was said, and the machines that are there afterwards. */
  async function claim(...list: Device[]): Promise<{ said: string[]; left: string[] }> {
    devices.list = list.map((one) => ({ ...one }));
    const said: string[] = [];
    const end = await claimName(api, CLAIM, { say: (line) => void said.push(line), now: () => NOW }).then(() => [], (error: Error) => [error.message]);
    return { said: [...said, ...end], left: devices.list.map(({ id, label }) => `${id} ${label}`) };
  }

  test("the old node goes, and ours gets the name", async () => {
    expect(await claim(OLD, EDGE, OWN)).toEqual({
      said: ["removed node 1 (tag:stalwart), the old stalwart, last seen 2030-01-01T11:50:00.000Z", "renamed node 3 from stalwart-1 to stalwart"],
      left: ["2 edge", "3 stalwart"],
    });
  });
  test("a name that is free is taken", async () => expect(await claim(EDGE, OWN)).toEqual({ said: ["renamed node 3 from stalwart-1 to stalwart"], left: ["2 edge", "3 stalwart"] }));
  test("one that never connected goes", async () => expect((await claim({ ...OLD, lastSeen: undefined }, OWN)).left).toEqual(["3 stalwart"]));
  test("what has the name already is left alone", async () => expect(await claim({ ...OWN, label: "stalwart" }, EDGE)).toEqual({ said: [], left: ["3 stalwart", "2 edge"] }));

  test.each<[string, Partial<Device>, RegExp]>([
    ["that is online", { online: true }, /stays with node 1: it is online, so two machines have the same task; stop one of them and deploy again$/],
    ["that was there a moment ago", { lastSeen: "2030-01-01T11:58:30Z" }, /stays with node 1: it was seen 90 s ago and may only be starting again; deploy again in 2 min$/],
    ["whose clock is ahead", { lastSeen: "2030-01-01T12:00:10Z" }, /it was seen 0 s ago/],
    ["of another task", { tags: ["tag:web"] }, /it belongs to tag:web, not to tag:stalwart; give that machine another name, or ours/],
    ["of a person", { tags: undefined }, /it belongs to alice\S*, not to tag:stalwart/],
  ])("refuses to remove a node %s", async (_what, over, line) => {
    expect(await claim({ ...OLD, ...over }, OWN)).toEqual({ said: [expect.stringMatching(line)], left: ["1 stalwart", "3 stalwart-1"] });
  });
  test("refuses to touch anything where our own node is not listed", async () => {
    expect(await claim(OLD, EDGE)).toEqual({ said: ["the control server lists no node with 100.64.0.3 or fd7a::3; is the credential of another tailnet?"], left: ["1 stalwart", "2 edge"] });
  });
});

describe("Tailscale's own", () => {
  let double: TailscaleDouble;
  beforeEach(async () => void (double = await TailscaleDouble.start()));
  afterEach(() => double.stop());

  test("machines that another tailnet shares are none of ours", async () => {
    double.devices.list = [{ ...OLD, external: true }, OWN];
    expect((await connectNodes(withKey(double)).list()).map(({ id }) => id)).toEqual(["3"]);
  });
  test("refuses to remove one of which it is not said whether it is there", async () => {
    double.devices.list = [{ ...OLD, online: undefined, lastSeen: undefined }, OWN];
    await expect(claimName(connectNodes(withKey(double)), CLAIM, { say: () => undefined })).rejects.toThrow(/does not say when it was last seen; look whether it is the old one/);
    expect(double.devices.list).toHaveLength(2);
  });
  test("an older answer without connectedToControl is judged by the last sight", async () => {
    double.devices.list = [{ ...OLD, online: undefined }, OWN];
    await claimName(connectNodes(withKey(double)), CLAIM, { say: () => undefined, now: () => NOW });
    expect(double.devices.list).toMatchObject([{ id: "3", label: "stalwart" }]);
  });
  test("fails with the scope that is missing, and without a secret", async () => {
    double.fail(/devices/, { status: 403, body: { message: "calling actor does not have enough permissions" } }, 2);
    await expect(connectNodes(withOAuth(double)).list()).rejects.toThrow(/forbids it \(403\): the OAuth client lacks the scope devices:core \(write\)/);
    await expect(connectNodes(withKey(double)).list()).rejects.toThrow(/the key's owner needs the role Owner, Admin or IT admin/);
  });
  test.each([["{}"], ["<html>"]])("fails for an answer without a list: %s", async (body) => {
    double.fail(/devices/, { status: 200, body });
    await expect(connectNodes(withKey(double)).list()).rejects.toThrow(/with no list of them/);
  });
});

test("what a person does by hand", () => {
  expect(byHand("tailscale", CLAIM.host, "stalwart-1.tail0000.ts.net")).toBe("by hand: in the admin console (login.tailscale.com/admin/machines) remove the old machine stalwart, then rename stalwart-1 to stalwart");
  expect(byHand("headscale", CLAIM.host, "stalwart-1.tail0000.ts.net")).toBe("by hand: headscale nodes list, headscale nodes delete -i ID of the old stalwart, headscale nodes rename -i ID of stalwart-1 stalwart");
});
