import { looked, ownAddresses, TAILNET, within } from "../../lib/doctor/addresses";

const TRIE = `Main:
  +-- 0.0.0.0/0 3 0 6
     |-- 172.29.129.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 100.64.0.2
        /32 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 172.29.129.255
        /32 link BROADCAST
Local:
     |-- 100.64.0.2
        /32 host LOCAL
`;

test("a node's own addresses, each once, without networks and broadcasts", () => expect(ownAddresses(TRIE)).toEqual(["100.64.0.2", "127.0.0.1"]));

describe("looked up", () => {
  test.each([
    ["getent ahostsv4", "100.64.0.1      STREAM stalwart.tail.ts.net\n100.64.0.1      DGRAM  \n", ["100.64.0.1"]],
    ["getent hosts", "100.64.0.1        stalwart.tail.ts.net  stalwart.tail.ts.net\n", ["100.64.0.1"]],
    ["busybox nslookup", "Server:\t\t100.100.100.100\nAddress:\t100.100.100.100:53\n\nName:\tstalwart.tail.ts.net\nAddress: 100.64.0.1\n\n", ["100.64.0.1"]],
    ["an older busybox", "Server:    10.0.0.1\nAddress 1: 10.0.0.1\n\nName:      edge\nAddress 1: 100.64.0.2 edge\n", ["100.64.0.2"]],
    ["a name that is not there", "Server:\t\t100.100.100.100\nAddress:\t100.100.100.100:53\n\n** server can't find x: NXDOMAIN\n", []],
    ["nothing", "", []],
  ])("%s", (_, text, addresses) => expect(looked(text)).toEqual(addresses));
});

describe("inside of ranges", () => {
  test.each([
    ["100.64.0.2", ["100.64.0.2"], true],
    ["100.64.0.2", ["100.64.0.0/24"], true],
    ["100.64.0.2", TAILNET, true],
    ["fd7a:115c:a1e0::2", TAILNET, true],
    ["203.0.113.7", TAILNET, false],
    ["203.0.113.7", [], false],
    ["no address", TAILNET, false],
    ["203.0.113.7", ["localhost"], false],
  ])("%s in %j: %s", (address, ranges, inside) => expect(within(address, ranges)).toBe(inside));
});
