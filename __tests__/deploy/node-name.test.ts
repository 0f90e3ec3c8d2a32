import { rightNames } from "../../lib/deploy/node-name";
import type { Site } from "../../lib/site/site";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { TailscaleDouble } from "../tailnet/double";
import { secretIn } from "../tailnet/targets";

const HOST = "stalwart.tail0000.ts.net";
const IS_NOT = `tailnet node: tailwart-stalwart-sidecar is stalwart-1.tail0000.ts.net, and everybody dials ${HOST}`;
const HAND = "by hand: in the admin console (login.tailscale.com/admin/machines) remove the old machine stalwart, then rename stalwart-1 to stalwart";

let double: TailscaleDouble;
beforeEach(async () => {
  double = await TailscaleDouble.start();
  double.devices.list = [
    { id: "n1CNTRL", label: "stalwart", tags: ["tag:stalwart"], address: "100.64.0.1", online: false, lastSeen: "2020-01-01T00:00:00Z" },
    { id: "n3CNTRL", label: "stalwart-1", tags: ["tag:stalwart"], address: "100.64.0.3", online: true },
  ];
});
afterEach(() => double.stop());

/** @returns what is said, and at last whether all is right; the sidecar has the name that the control server gave it */
async function names(env: Record<string, string> = {}, state = "Running", status = 0): Promise<string[]> {
  const read = deployment(env);
  const said: string[] = [];
  const exec = () => {
    const label = double.devices.list.find(({ address }) => address === "100.64.0.3")?.label;
    return Promise.resolve({ status, stdout: JSON.stringify({ BackendState: state, Self: { DNSName: `${label}.tail0000.ts.net.`, TailscaleIPs: ["100.64.0.3"] } }), stderr: "" });
  };
  const sidecar = { name: "tailwart-stalwart-sidecar", files: [{ path: "/opt/tailwart/sidecar.sh" }] };
  const site = {
    deployment: read,
    wire: makeWire(read),
    place: { project: "/" },
    edgeOf: () => undefined,
    engine: () => ({ exec }),
    say: (line: string) => void said.push(line),
    chosen: [{ name: "images", containers: [] }, { name: "mailbox", containers: [sidecar] }],
  } as unknown as Site;
  const fine = await rightNames(site);
  return [...said, String(fine)];
}
const key = () => ({ TS_API_KEY_FILE: secretIn(double.key), TS_API_URL: double.url });
const oauth = () => ({ TS_OAUTH_CLIENT_ID: double.clientId, TS_OAUTH_CLIENT_SECRET_FILE: secretIn(double.clientSecret), TS_API_URL: double.url });

test.each([["a key", key], ["an OAuth client", oauth]])("with %s the name comes back, and the next deploy is silent", async (_, credential) => {
  expect(await names(credential())).toEqual([
    IS_NOT,
    "tailnet node: removed node n1CNTRL (tag:stalwart), the old stalwart, last seen 2020-01-01T00:00:00.000Z",
    "tailnet node: renamed node n3CNTRL from stalwart-1 to stalwart",
    `tailnet node: tailwart-stalwart-sidecar is ${HOST} now`,
    "true",
  ]);
  expect(await names(credential())).toEqual(["true"]);
});

test("without a credential a person is told what to do", async () => {
  expect(await names()).toEqual([IS_NOT, `tailnet node: no credential is set that could mend it; set TS_API_KEY, or an OAuth client with the scope devices:core, and deploy again; or ${HAND}`, "false"]);
  expect(double.seen).toEqual([]);
});

test("an OAuth client that may only write the policy: the scope, and what to do by hand", async () => {
  double.fail(/DELETE/, { status: 403, body: { message: "calling actor does not have enough permissions to perform this function" } });
  expect(await names(oauth())).toEqual([
    IS_NOT,
    expect.stringMatching(/^tailnet node: \S+ forbids it \(403\): the OAuth client lacks the scope devices:core \(write\)/),
    "tailnet node:   calling actor does not have enough permissions to perform this function",
    `tailnet node: ${HAND}`,
    "false",
  ]);
  expect(double.devices.list).toHaveLength(2);
});

test("an interruption between the two steps is mended by the next deploy", async () => {
  double.fail(/POST .*\/name/, { status: 503 });
  expect(await names(key())).toEqual([IS_NOT, expect.stringContaining("removed node n1CNTRL"), expect.stringMatching(/answers 503; try again later$/), `tailnet node: ${HAND}`, "false"]);
  expect(await names(key())).toEqual([IS_NOT, "tailnet node: renamed node n3CNTRL from stalwart-1 to stalwart", `tailnet node: tailwart-stalwart-sidecar is ${HOST} now`, "true"]);
});

test.each([["is not on the tailnet", "NeedsLogin", 0], ["says nothing", "Running", 1]])("a node that %s is for the health check", async (_, state, status) => {
  expect(await names(key(), state, status)).toEqual(["true"]);
  expect(double.seen).toEqual([]);
});
