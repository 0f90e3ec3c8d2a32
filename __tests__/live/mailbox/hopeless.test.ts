import { assetPath } from "../../../lib/asset";
import { run } from "../processes";

/** Runs the waiting of both start scripts with a backend that always says the same. */
const waiting = (why: string) =>
  run("sh", ["-c", '. "$1"; never() { why=$WHY; return 1; }; until_true 2 "PostgreSQL (db:5432)" never', "sh", assetPath("mailbox/common.sh")], {
    env: { EDGES: "edge", WHY: why },
    timeoutMs: 20_000,
  });

describe("what a start says of a database that is not its own", () => {
  test.each([
    "the database was created by a version prior to 1.0; run stalwart-migrate",
    "You must first upgrade to version 0.15, please read https://example.org",
    "Upgrading to version 0.16 is a multi-step process, please read https://example.org",
    "Unknown database schema version, expected 6 or below, found 7",
    "FATAL: database files are incompatible with server",
  ])("ends at once, and not as PostgreSQL's fault: %s", async (why) => {
    expect(await waiting(why)).toMatchObject({ code: 1, stderr: `start: giving up: ${why}\n` });
  });
  test("a wrong password ends at once with what refused it", async () => {
    expect(await waiting("password authentication failed for user x")).toMatchObject({ code: 1, stderr: "start: giving up: PostgreSQL (db:5432): password authentication failed for user x\n" });
  });
  test("anything else is waited for", async () => {
    const { code, stderr } = await waiting("connection refused");
    expect(code).toBe(1);
    expect(stderr).toContain("start: waiting for PostgreSQL (db:5432): connection refused");
    expect(stderr).not.toContain("start: giving up: ");
  });
});
