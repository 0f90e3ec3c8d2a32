import { fresh, receivedFrom, seenBy } from "../../lib/doctor/mail-log";

const login = (line: string, ip: string, port: number): string =>
  `2030-01-01T00:00:00Z INFO Authentication successful (auth.success) listenerId = "${line}", localPort = 993, remoteIp = ${ip}, remotePort = ${port}, accountName = "admin@one.test", accountId = 1`;

test("who came, by line, address and port, IPv6 too; other lines are left out", () => {
  const lines = [login("imaps", "203.0.113.7", 40_000), login("web", "2001:db8::7", 40_001), "2030-01-01T00:00:00Z INFO MTA queue started (queue.started)"];
  expect(seenBy(lines).map(({ line, address, port }) => [line, address, port])).toEqual([
    ["imaps", "203.0.113.7", 40_000],
    ["web", "2001:db8::7", 40_001],
  ]);
});

describe("what is new in a log", () => {
  test("the lines behind the last known one", () => expect(fresh("a\nb\n", "a\nb\nc\n")).toEqual(["c"]));
  test("nothing when nothing came", () => expect(fresh("a\nb", "a\nb")).toEqual([]));
  test("all when the known ones have rolled out", () => expect(fresh("a", "x\ny")).toEqual(["x", "y"]));
});

describe("the Received: header", () => {
  const message = (...heads: string[]): string => `${heads.join("\r\n")}\r\n\r\nReceived: from body ([198.51.100.9])\r\n`;
  test("the first one is the mailbox's own; folded, with the address in brackets", () =>
    expect(receivedFrom(message("Delivered-To: admin@one.test", "Received: from doctor.example.com (unknown", "\t[203.0.113.7])", "\tby mail.one.test", "Received: from forged ([192.0.2.1])", "From: a@b"))).toBe("203.0.113.7"));
  test("IPv6 without its tag", () => expect(receivedFrom(message("Received: from x (y [IPv6:2001:db8::7]) by z"))).toBe("2001:db8::7"));
  test("a submission has none, and the body's does not count", () => expect(receivedFrom(message("From: a@b"))).toBeUndefined());
});
