import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { CONTROL, HOSTS, PREFIX } from "../../lab/addresses";
import { controlConfig, derpMap, relayConfig } from "../../lab/world/headscale";
import { NeighboursStack } from "../../lab/world/neighbours";
import { WorldStack } from "../../lab/world/world";
import { nsdConf, zone, zones } from "../../lab/zone";
import { Stack } from "../../lib/site/stack";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

const folder = mkdtempSync(join(tmpdir(), "tailwart-lab-world-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => {
  writeFileSync(join(folder, name), `canary-${name}-value`);
  return join(folder, name);
};
const pair = (name: string) => ({ chain: file(`${name}.pem`), key: file(`${name}.key`) });

function world(): { stack: Stack; json: string } {
  const app = new App({ outdir: join(folder, "out") });
  const certificates = { authority: file("authority.pem"), mail: pair("mail"), remote: pair("remote"), web: pair("web"), relay: pair("relay") };
  new WorldStack(app, "world", { host: "unix:///run/lab.sock", images: { headscale: "headscale/headscale:0.29.2", world: "tailwart-lab/world:12.0" }, certificates, password: file("password"), zones: zones([]), ipv6: true });
  app.synth();
  const stack = new Stack("world", join(folder, "out", "stacks", "world"));
  return { stack, json: readFileSync(join(stack.folder, "cdk.tf.json"), "utf8") };
}

test("the world keeps our rules for containers, and every name in it is the lab's", () => {
  const { stack } = world();
  expect(stack.containers.map(({ name }) => name).sort()).toEqual(["client", "headscale", "names", "relay", "remote", "web"].map((name) => `${PREFIX}${name}`));
});
test("no key and no password of the world stands in what Terraform reads", () => {
  const { json } = world();
  expect(["relay.key", "remote.key", "web.key", "password"].filter((name) => json.includes(`canary-${name}-value`))).toEqual([]);
});
test("neighbours are made of the parts of every node, and leave no volume that is kept", () => {
  const app = new App({ outdir: join(folder, "neighbours") });
  new NeighboursStack(app, "neighbours", { host: "unix:///run/lab.sock", image: "tailwart-lab/tailscale:1.102.3", keys: { "lab-user": file("user") } });
  app.synth();
  const stack = new Stack("neighbours", join(folder, "neighbours", "stacks", "neighbours"));
  expect(stack.containers.map(({ name }) => name).sort()).toEqual(["tailwart-lab-user-namespace", "tailwart-lab-user-sidecar"]);
  expect(stack.keptVolumes).toEqual([]);
});

test("the control server stands at a private address, else nodes would ask on port 443", () => {
  expect(CONTROL.gateway).toMatch(/^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\./);
  expect(controlConfig()).toMatchObject({ server_url: `http://${CONTROL.gateway}:8080`, policy: { mode: "database" } });
});
test("the relay is a server of its own, asks nobody who a client is, and is the one in the nodes' map", () => {
  expect(relayConfig()).toMatchObject({ derp: { server: { enabled: true, verify_clients: false, ipv4: CONTROL.gateway } } });
  expect(derpMap()).toContain(`hostname: ${CONTROL.gateway}`);
});

test("the zone is what npm run dns writes, with the web server's name beside it", () => {
  const one = deployment({ MAIL_DOMAIN: "lab.test" });
  const text = zone(one, makeWire(one), { dkim: [{ name: "s1._domainkey.lab.test", text: "v=DKIM1; p=abc" }] }).join("\n");
  expect(text).toMatch(/^@ +IN +MX +10 mail\.lab\.test\.$/m);
  expect(text).toMatch(/^s1\._domainkey +IN +TXT +"v=DKIM1; p=abc"$/m);
  expect(text).toContain(`www.lab.test. 5 A ${HOSTS.edge.ipv4}`);
});
test("what is in no zone does not exist: the root is served too", () => {
  const all = zones([]);
  expect(Object.keys(all)).toContain(".");
  expect(nsdConf(Object.keys(all))).toContain('  name: "."\n  zonefile: "root.zone"');
});
test("every host that speaks has a reverse name", () => {
  const all = zones([]);
  expect(all["113.0.203.in-addr.arpa"]).toMatch(/^77 PTR client\.out\.test\.$/m);
  expect(all["5.2.0.0.8.b.d.0.1.0.0.2.ip6.arpa"]).toMatch(/^7\.7(\.0){18} PTR client\.out\.test\.$/m);
});
