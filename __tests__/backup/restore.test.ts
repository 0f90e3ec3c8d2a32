import type { Manifest } from "../../lib/backup/manifest";
import { compareVersions, objections } from "../../lib/backup/restore";
import { KINDS } from "../../lib/backup/servers";
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
  queued?: number;
}
const system = ({ postgres = "17.6", server = "0.16.16", queued = 0, ...rest }: Here): System =>
  ({
    deployment: deployment(),
    kind: KINDS.stalwart,
    database: { version: async () => postgres, rows: async () => ("rows" in rest ? rest.rows : 0) },
    beside: { what: "objects", there: async () => ({ objects: 2, queued }) },
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
  ["mail that is there", { rows: 5 }, /not empty: 5 rows of mail data, 2 objects; with --replace/],
  ["a queue beside the database", { queued: 3 }, /not empty: 0 rows of mail data, 2 objects, 3 messages to be sent/],
  ["a database of another kind", { rows: undefined }, /not empty: its database is of another kind/],
] as const)("refuses %s", async (_, here, reason) => {
  const found = await against(here);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(reason);
});

test("refuses domains that this deployment does not have", async () => {
  expect((await against({}, { other: { domains: ["one.test", "two.test"] } })).join()).toMatch(/MAIL_DOMAIN: got one\.test, and the backup is of one\.test,two\.test/);
});

test("refuses the backup of another mail server, whatever else differs", async () => {
  expect(await against({ rows: 5, postgres: "16.9" }, { other: { mailServer: { name: "maddy", version: "0.9.4" } } })).toEqual(["MAIL_SERVER: got stalwart, and the backup is of maddy; set it to that"]);
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
