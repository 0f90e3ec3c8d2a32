import { leaving } from "../../lib/deploy/leave";
import type { Site } from "../../lib/site/site";
import type { Stack } from "../../lib/site/stack";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";
import { TailscaleDouble } from "../tailnet/double";
import { secretIn } from "../tailnet/targets";

let double: TailscaleDouble;
beforeEach(async () => {
  double = await TailscaleDouble.start();
  double.devices.list = [
    { id: "n1CNTRL", label: "stalwart", tags: ["tag:stalwart"], address: "100.64.0.1", online: true },
    { id: "n2CNTRL", label: "laptop", tags: [], address: "100.64.0.2", online: true },
  ];
});
afterEach(() => double.stop());

const MAILBOX = { name: "mailbox", containers: [{ name: "tailwart-stalwart-sidecar", files: [{ path: "/opt/tailwart/sidecar.sh" }] }] } as unknown as Stack;
const IMAGES = { name: "images", containers: [] } as unknown as Stack;
const key = () => ({ TS_API_KEY_FILE: secretIn(double.key), TS_API_URL: double.url });
const labels = (): string[] => double.devices.list.map(({ label }) => label);

/** The sidecar says that it has this address, or nothing. @returns what is said */
async function leave(env: Record<string, string>, { stack = MAILBOX, address = "100.64.0.1", status = 0 } = {}): Promise<string[]> {
  const read = deployment(env);
  const said: string[] = [];
  const exec = () => Promise.resolve({ status, stdout: JSON.stringify({ BackendState: "Running", Self: { DNSName: "stalwart.tail0000.ts.net.", TailscaleIPs: [address] } }), stderr: "" });
  const site = { deployment: read, wire: makeWire(read), place: { project: "/" }, edgeOf: () => undefined, engine: () => ({ exec }), say: (line: string) => void said.push(line) } as unknown as Site;
  const remove = await leaving(site, stack);
  expect(labels()).toContain("stalwart");
  await remove();
  return said;
}

test("the node goes, and only it", async () => {
  expect(await leave(key())).toEqual(["tailnet node: removed node n1CNTRL, stalwart.tail0000.ts.net"]);
  expect(labels()).toEqual(["laptop"]);
});

test("without a credential a person is told", async () => {
  expect(await leave({})).toEqual(["note: node stalwart.tail0000.ts.net stays on the tailnet: no credential for the control server is set; remove it by hand, else the next one has another name"]);
  expect(double.seen).toEqual([]);
});

test("a control server that refuses makes a note, and no failure", async () => {
  double.fail(/DELETE/, { status: 503 });
  expect(await leave(key())).toEqual([expect.stringMatching(/^note: node stalwart\.tail0000\.ts\.net stays on the tailnet: .* answers 503/)]);
});

test.each([
  ["a stack without a node", { stack: IMAGES }],
  ["a sidecar that says nothing", { status: 1 }],
  ["an address that somebody else has", { address: "100.64.0.2" }],
])("nothing is removed for %s", async (_, over) => {
  await leave(key(), over);
  expect(labels()).toEqual(["stalwart", "laptop"]);
});
