import { startLog } from "../../lib/doctor/start-log";

const EDGES = "start: edges: fra.tail.ts.net 100.64.0.2, nyc.tail.ts.net 100.64.0.3";

describe("the start script's words", () => {
  test("edges with their addresses, and a plan that was applied", () => {
    expect(startLog(`start: waiting for PostgreSQL (postgres:5432): Connection refused\n${EDGES}\nstart: plan applied\n2030-01-01T00:00:00Z INFO Network listener started`)).toEqual({
      edges: [
        { host: "fra.tail.ts.net", address: "100.64.0.2" },
        { host: "nyc.tail.ts.net", address: "100.64.0.3" },
      ],
      planned: true,
      early: undefined,
    });
  });
  test("only the last start counts", () => {
    const log = `${EDGES}\nstart: plan applied\nFailed to create tables: x\nstart: the server ended, exit code 75\nstart: edges: fra.tail.ts.net 100.64.0.9\n`;
    expect(startLog(log)).toEqual({ edges: [{ host: "fra.tail.ts.net", address: "100.64.0.9" }], planned: false, early: undefined });
  });
  test("a server that was started without the script, and lost its store", () => {
    expect(startLog("Startup failed: Failed to create tables: PostgreSQL error: Connection refused")).toEqual({ planned: false, early: expect.stringContaining("Failed to create tables") as string });
  });
  test("a store that went away later is no early start", () => expect(startLog(`${EDGES}\nstart: plan applied\nx INFO Network listener started (network.listen-start) listenerId = "smtp"\nx ERROR Failed to create tables: gone`).early).toBeUndefined());
  test("what the script waited for is no early start", () => expect(startLog(`start: waiting for PostgreSQL: error connecting to server\n${EDGES}\nstart: plan applied`).early).toBeUndefined());
});
