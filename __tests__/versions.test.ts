import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACT, type VariableName } from "../lib/config/contract";
import { ALL_PROGRAMS, PROGRAMS, imageName, olderThan, outOfBounds, programOf, supportEnd, tagVersion, whyNotBack } from "../lib/versions";
import { deployment } from "./deployment";
import { mistakesOf } from "./mistakes";

const MADDY = { MAIL_SERVER: "maddy" };
const REDIS = { EMBEDDED_REDIS: "true" };
const DIGEST = `@sha256:${"0".repeat(64)}`;

/** The wrong-version table: each bound of lib/versions.ts, the settings that break it, and the line that comes of it. */
const WRONG: readonly [program: keyof typeof PROGRAMS, bound: "least" | "below", settings: Record<string, string>, line: string][] = [
  ["stalwart", "least", { STALWART_IMAGE: "stalwartlabs/stalwart:v0.16.17" }, 'STALWART_IMAGE: got "stalwartlabs/stalwart:v0.16.17"; allowed: 0.16.18 or newer, below 1.0.0; older ones break the PROXY protocol or the start plan, or have a known fault'],
  ["stalwart", "below", { STALWART_IMAGE: "stalwartlabs/stalwart:v1.0.1" }, 'STALWART_IMAGE: got "stalwartlabs/stalwart:v1.0.1"; allowed: Stalwart 0.16.18 or newer, below 1.0.0; Stalwart 1.x has another format of settings and cannot open a store of 0.16; stay on 0.16.x, which gets fixes until 2027-06-01. A move needs stalwart-migrate (from 0.16.27) into a new store, and tailwart does not do it yet'],
  ["maddy", "least", { ...MADDY, MADDY_IMAGE: "foxcpp/maddy:0.9.0" }, 'MADDY_IMAGE: got "foxcpp/maddy:0.9.0"; allowed: 0.9.1 or newer, below 0.10.0; older ones stop as soon as an IMAP line expects the PROXY protocol'],
  ["maddy", "below", { ...MADDY, MADDY_IMAGE: "foxcpp/maddy:0.10.0" }, 'MADDY_IMAGE: got "foxcpp/maddy:0.10.0"; allowed: maddy 0.9.1 or newer, below 0.10.0; a next minor version may read another configuration; not tried yet'],
  ["postgres", "least", { POSTGRES_IMAGE: "postgres:13.22" }, 'POSTGRES_IMAGE: got "postgres:13.22"; allowed: 14.0 or newer, below 18.0; older ones get no fixes'],
  ["postgres", "below", { POSTGRES_IMAGE: "postgres:18.7" }, 'POSTGRES_IMAGE: got "postgres:18.7"; allowed: PostgreSQL 14.0 or newer, below 18.0; from 18 on the image keeps its data elsewhere (/var/lib/postgresql), and its user cannot make it in our volume; write a version of 17'],
  ["garage", "least", { GARAGE_IMAGE: "dxflrs/garage:v1.3.0" }, 'GARAGE_IMAGE: got "dxflrs/garage:v1.3.0"; allowed: 2.0.0 or newer, below 3.0.0; older ones have another administration and were never tried'],
  ["garage", "below", { GARAGE_IMAGE: "dxflrs/garage:v3.0.0" }, 'GARAGE_IMAGE: got "dxflrs/garage:v3.0.0"; allowed: Garage 2.0.0 or newer, below 3.0.0; a next major version changes the format of its tables; not tried yet'],
  ["redis", "least", { ...REDIS, REDIS_IMAGE: "redis:6.2.14" }, 'REDIS_IMAGE: got "redis:6.2.14"; allowed: 7.0.0 or newer; older ones were never tried and get no fixes'],
  ["caddy", "least", { CADDY_VERSION: "=2.10.0" }, 'CADDY_VERSION: got "=2.10.0"; allowed: 2.11.4 or newer, below 3.0.0; the edge\'s live tests run from this one up'],
  ["caddy", "below", { CADDY_VERSION: "3.0.0" }, 'CADDY_VERSION: got "3.0.0"; allowed: Caddy 2.11.4 or newer, below 3.0.0; a next major version may read another configuration'],
  ["caddyL4", "least", { CADDY_L4_VERSION: "0.1.1" }, 'CADDY_L4_VERSION: got "0.1.1"; allowed: 0.1.2 or newer, below 0.2.0; the edge\'s live tests run from this one up'],
  ["caddyL4", "below", { CADDY_L4_VERSION: "v0.2.0" }, 'CADDY_L4_VERSION: got "0.2.0"; allowed: caddy-l4 0.1.2 or newer, below 0.2.0; a next minor version may change its configuration; not tried yet'],
];

test.each(WRONG)("refuses %s out of its bound (%s)", (_program, _bound, settings, line) => {
  expect(mistakesOf(() => deployment(settings))).toEqual([line]);
});

test("every bound that a user can break has its row above", () => {
  const bounds = Object.entries<(typeof ALL_PROGRAMS)[number]>(PROGRAMS).flatMap(([key, { variable, least, below }]) =>
    variable === undefined ? [] : [...(least ? [`${key} least`] : []), ...(below ? [`${key} below`] : [])],
  );
  expect(WRONG.map(([program, bound]) => `${program} ${bound}`).sort()).toEqual(bounds.sort());
});

test.each<[string, Record<string, string>]>([
  ["a digest alone", { STALWART_IMAGE: `stalwartlabs/stalwart${DIGEST}` }],
  ["a private name without a version", { STALWART_IMAGE: "registry.test/mail:build-20261130" }],
  ["a bundle with versions of its own", { POSTGRES_IMAGE: "timescale/timescaledb:2.17.2-pg17" }],
  ["the stand-in of the lab", { POSTGRES_IMAGE: "tailwart-lab/postgres:15.14-0123456789ab" }],
  ["the last of a line", { POSTGRES_IMAGE: "postgres:17.99", STALWART_IMAGE: "stalwartlabs/stalwart:v0.16.27" }],
])("accepts %s", (_name, settings) => expect(() => deployment(settings)).not.toThrow());

test("Tailscale that asks for a newer Headscale is said, with Headscale only", () => {
  const newest = { TAILSCALE_IMAGE: "tailscale/tailscale:v1.106.0" };
  const headscale = { TS_LOGIN_SERVER: "https://headscale.example.net", TS_TAILNET: "tailnet.example.org", TAILNET_ADMINS: "group:admins" };
  const said = (settings: Record<string, string>): readonly string[] => deployment(settings).warnings.filter((line) => line.includes("Headscale"));
  expect(said({ ...headscale, ...newest })).toEqual(["TAILSCALE_IMAGE: Tailscale 1.106.0 needs Headscale 0.29.8 or newer; update it first, or take a version before 1.106.0"]);
  expect(said(headscale)).toEqual([]);
  expect(said(newest)).toEqual([]);
});

test.each([
  ["stalwartlabs/stalwart:v0.16.18", "0.16.18"],
  [`stalwart:0.16.9${DIGEST}`, "0.16.9"],
  ["postgres:17.12-alpine", "17.12"],
  ["docker:28.5.2-cli", "28.5.2"],
  ["registry.test:5000/stalwart", undefined],
  [`stalwart${DIGEST}`, undefined],
  ["mail:20261130", undefined],
])("the version in the tag of %s", (image, version) => expect(tagVersion(image)).toBe(version));

test.each([
  ["17.6", "17.12", true],
  ["17", "17.0", false],
  ["17.12", "18", true],
  ["0.16.9", "0.16.18", true],
])("%s before %s: %s", (one, other, expected) => expect(olderThan(one, other)).toBe(expected));

describe("the data", () => {
  test.each(ALL_PROGRAMS.map((program) => [program.name, program] as const))("%s: its default is within its bounds, supported and good", (_name, program) => {
    expect(outOfBounds(program, program.default)).toBeUndefined();
    const end = supportEnd(program, program.default);
    // Not by today's date: a test must not fail because time passes.
    expect(end === undefined || end.date > "2026-11-30").toBe(true);
    for (const { below } of program.faults) if (program.name !== "Caddy") expect(olderThan(program.default, below)).toBe(false);
    // What is newer than anything that ran says so.
    if (olderThan(program.proven.version, program.default)) expect(program.notRun).toMatch(/./);
  });

  test("the contract's defaults are these, and no other variable has an image's version", () => {
    for (const program of ALL_PROGRAMS.filter(({ variable }) => variable !== undefined)) {
      const wanted = program.image === undefined ? program.default : imageName(program);
      expect({ [program.name]: CONTRACT[program.variable as VariableName].default }).toEqual({ [program.name]: wanted });
    }
    for (const name of Object.keys(CONTRACT).filter((one) => /(_IMAGE|_VERSION)$/.test(one))) expect({ [name]: programOf(name)?.name }).toEqual({ [name]: expect.any(String) });
  });

  /** tools/ pins what the live tests run with. */
  test.each([
    ["caddy", "github.com/caddyserver/caddy/v2", PROGRAMS.caddy.least.version],
    ["caddy", "github.com/mholt/caddy-l4", PROGRAMS.caddyL4.proven.version],
    ["headscale", "github.com/juanfont/headscale", PROGRAMS.headscale.proven.version],
    ["tailscale", "tailscale.com", PROGRAMS.tailscale.proven.version],
  ])("tools/%s pins %s at %s, as the table says", (folder, module, version) => {
    const text = readFileSync(join(__dirname, "..", "tools", folder, "go.mod"), "utf8");
    const pinned = new RegExp(`^(?:require )?\\s*${module.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(text)?.[1];
    expect(pinned).toBe(version);
  });
});

test.each<[keyof typeof PROGRAMS, string, string, RegExp | undefined]>([
  ["stalwart", "0.16.25", "0.16.18", /Stalwart 0\.16\.25 has written its data, and 0\.16\.18 is older; restore a backup .*, or keep 0\.16\.25/],
  ["stalwart", "0.16.18", "0.16.25", undefined],
  ["stalwart", "0.16.18", "0.16.18", undefined],
  ["maddy", "0.9.8", "0.9.4", undefined],
  ["postgres", "17.12", "17.6", undefined],
  ["postgres", "17.12", "16.10", /PostgreSQL 17\.12 has written its data/],
  ["garage", "2.5.0", "2.4.1", undefined],
  ["caddy", "2.11.9", "2.11.4", undefined],
])("%s from %s to %s", (program, from, to, why) => {
  const said = whyNotBack(PROGRAMS[program], from, to);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(why);
});
