import type { Manifest } from "../../lib/backup/manifest";
import { compareVersions, objections } from "../../lib/backup/restore";
import type { System } from "../../lib/backup/system";
import { deployment } from "../deployment";

const manifest = {
  domains: ["one.test"],
  mailServer: { name: "stalwart", version: "0.16.16" },
  database: { version: "17.6 (Debian)" },
} as unknown as Manifest;

interface Here {
  postgres?: string;
  server?: string;
  rows?: number;
  container?: boolean;
}
const system = ({ postgres = "17.6", server = "0.16.16", container = true, ...rest }: Here): System =>
  ({
    deployment: deployment(),
    engine: { container: async () => (container ? { status: "running" } : undefined) },
    database: { version: async () => postgres, mailRows: async () => ("rows" in rest ? rest.rows : 0) },
    bucket: { list: async () => [] },
    server: "tailwart-stalwart-stalwart",
    serverVersion: async () => server,
  }) as unknown as System;
const against = (here: Here, { replace = false, other = {} } = {}) => objections(system(here), { ...manifest, ...other }, { folder: "f", replace });

test("nothing speaks against an empty system of the same or newer versions", async () => {
  expect(await against({})).toEqual([]);
  expect(await against({ postgres: "18.1", server: "0.17.0" })).toEqual([]);
});

test.each([
  ["an older PostgreSQL", { postgres: "16.9" }, /PostgreSQL: it is 16\.9 here.*POSTGRES_IMAGE/],
  ["an older mail server", { server: "0.16.9" }, /stalwart: it is 0\.16\.9 here.*STALWART_IMAGE/],
  ["mail that is there", { rows: 5 }, /not empty: 5 rows of mail data.*--replace/],
  ["a database of another kind", { rows: undefined }, /not empty: its database is of another kind/],
  ["no mail server", { container: false }, /deploy first/],
] as const)("refuses %s", async (_, here, reason) => {
  const found = await against(here);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(reason);
});

test("refuses domains that this deployment does not have", async () => {
  expect((await against({}, { other: { domains: ["one.test", "two.test"] } })).join()).toMatch(/MAIL_DOMAIN: got one\.test, and the backup is of one\.test,two\.test/);
});

test("with --replace mail that is there speaks against nothing, a wrong version still does", async () => {
  expect(await against({ rows: 5 }, { replace: true })).toEqual([]);
  expect(await against({ rows: 5, postgres: "14.1" }, { replace: true })).toHaveLength(1);
});

test("versions are compared by number", () => {
  expect(compareVersions("0.16.9", "0.16.16")).toBeLessThan(0);
  expect(compareVersions("1.0.0", "0.99.0")).toBeGreaterThan(0);
  expect(compareVersions("0.16.16", "0.16.16")).toBe(0);
});
