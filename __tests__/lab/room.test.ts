import { routesInTheWay } from "../../lab/room";
import { mainCf } from "../../lab/world/postfix";
import { zones } from "../../lab/zone";

/** As the kernel writes it on a machine with a little end. */
const route = (device: string, destination: string, mask: string): string => [device, destination, "00000000", "0001", "0", "0", "0", mask, "0", "0", "0"].join("\t");
const table = (...routes: string[]): string => `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${routes.join("\n")}\n`;
const SUBNETS = ["203.0.113.0/24", "10.99.25.0/24"];

test.each([
  ["the same subnet", route("tun0", "0019630A", "00FFFFFF"), { subnet: "10.99.25.0/24", device: "tun0" }],
  ["one host in it", route("wg0", "077100CB", "FFFFFFFF"), { subnet: "203.0.113.0/24", device: "wg0" }],
])("finds a route to %s", (_, line, found) => {
  expect(routesInTheWay(table(route("eth0", "00000000", "00000000"), line), SUBNETS)).toEqual([found]);
});
test.each([
  ["the default route", route("eth0", "00000000", "00000000")],
  ["a wider one, for the network's own is more exact", route("tun0", "0000000A", "000000FF")],
  ["the neighbour's", route("eth1", "001A630A", "00FFFFFF")],
])("leaves alone %s", (_, line) => {
  expect(routesInTheWay(table(line), SUBNETS)).toEqual([]);
});
test("an engine that shows no table has no route in the way", () => {
  expect(routesInTheWay("", SUBNETS)).toEqual([]);
});

test("without IPv6 no zone has such an address, and the remote mail server speaks IPv4 alone", () => {
  const text = (ipv6: boolean): string => Object.values(zones(["www 5 A 203.0.113.20", "www 5 AAAA 2001:db8:25::20"], ipv6)).join("");
  expect(text(true)).toMatch(/\sAAAA\s/);
  expect(text(false)).not.toMatch(/\sAAAA\s/);
  expect(text(false).match(/ A 203/g)).toEqual(text(true).match(/ A 203/g));
  expect(mainCf(false)).toContain("inet_protocols = ipv4\n");
  expect(mainCf(false)).not.toContain("bind_address6");
  expect(mainCf(true)).toMatch(/inet_protocols = all\n[^]*smtp_bind_address6 = 2001:db8:25::25\n/);
});
