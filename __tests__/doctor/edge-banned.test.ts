import { bansOn } from "../../lib/doctor/checks/edge-banned";
import { members } from "../../lib/doctor/checks/server-wide-trust";

const NOW = new Date("2030-01-01T00:00:00Z");
const MINE = ["100.64.0.2", "192.0.2.25"];
const found = (blocked: object[], allowed: object[] = []): string[] => bansOn(MINE, blocked as never, allowed as never, NOW).map(({ ip }) => ip);

describe("bans that hold", () => {
  test("of the address, or of its network, for ever or until later", () => {
    expect(found([{ address: "100.64.0.2" }])).toEqual(["100.64.0.2"]);
    expect(found([{ address: "192.0.2.0/24", expiresAt: "2030-01-01T01:00:00Z" }])).toEqual(["192.0.2.25"]);
  });
  test("not of a stranger, not one that is over, not one against the allow-list", () => {
    expect(found([{ address: "203.0.113.7" }])).toEqual([]);
    expect(found([{ address: "100.64.0.2", expiresAt: "2029-12-31T23:00:00Z" }])).toEqual([]);
    expect(found([{ address: "100.64.0.2" }], [{ address: "100.64.0.2" }])).toEqual([]);
    expect(found([{ address: "100.64.0.2" }], [{ address: "100.64.0.0/10", expiresAt: "2029-12-31T23:00:00Z" }])).toEqual(["100.64.0.2"]);
  });
});

test("members of a set", () => {
  expect(members({ "100.64.0.0/10": true, off: false })).toEqual(["100.64.0.0/10"]);
  expect(members(undefined)).toEqual([]);
});
