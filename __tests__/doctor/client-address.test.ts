import { misjudged } from "../../lib/doctor/client-address";

const EDGE = ["100.64.0.2", "192.0.2.25"];

describe("the address that the mailbox saw is as it should be", () => {
  test.each([
    ["our own", "203.0.113.7", "203.0.113.7"],
    ["our own, as IPv6 writes it", "203.0.113.7", "::ffff:203.0.113.7"],
    ["a router's at home in place of our private one", "198.51.100.3", "192.168.1.7"],
    ["a tailnet's exit in place of ours", "198.51.100.3", "100.64.0.9"],
    ["loopback, from the edge's own host", "127.0.0.1", undefined],
  ])("%s", (_, seen, local) => expect(misjudged(seen, local, EDGE)).toBeUndefined());
});

describe("complains about", () => {
  test.each([
    ["the edge's own address", "100.64.0.2", "192.168.1.7", /100\.64\.0\.2, which is the edge's or its own/],
    ["loopback", "127.0.0.1", "203.0.113.7", /127\.0\.0\.1/],
    ["a docker bridge", "172.17.0.1", "203.0.113.7", /172\.17\.0\.1/],
    ["another public address than our public one", "198.51.100.3", "203.0.113.7", /we came from 203\.0\.113\.7/],
    ["the edge, from the edge's own host", "100.64.0.2", undefined, /loopback/],
  ])("%s", (_, seen, local, message) => expect(misjudged(seen, local, EDGE)).toMatch(message));
});
