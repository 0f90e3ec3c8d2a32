import { dataVersions, firstOfTar, otherMajor } from "../lib/deploy/data-versions";
import { differentBytes, pinOf, readRecord } from "../lib/edge/record";
import type { Engine } from "../lib/site/engine";
import type { Site } from "../lib/site/site";
import { PROGRAMS } from "../lib/versions";
import { readVersionsOptions, versions, type VersionsPlace } from "../lib/versions/main";
import { newestVersions } from "../lib/versions/newest";
import { deployment, wireOf } from "./deployment";
import { mistakesOf } from "./mistakes";

const RECORD = { caddy: "2.11.9", caddyL4: "0.1.2", sha256: "a".repeat(64), arch: "amd64" };
const ran = (stdout: string, status = 0) => Promise.resolve({ status, stdout, stderr: status === 0 ? "" : "it is not there" });

/** An engine in which these commands answer. */
function engineOf(answers: Readonly<Record<string, string>>, silence?: string): Engine {
  const answer = (key: string) => (answers[key] === undefined ? ran("", 1) : ran(answers[key]));
  return {
    silence: () => Promise.resolve(silence),
    exec: (container: string, [command]: readonly string[]) => answer(`${container} ${command}`),
    docker: (words: readonly string[]) => answer(words[0] === "inspect" ? `image ${words.at(-1)}` : words[0]),
  } as unknown as Engine;
}

describe("npm run versions", () => {
  const good = {
    "tailwart-stalwart-stalwart stalwart": "stalwart 0.16.25",
    "tailwart-stalwart-sidecar tailscale": "1.104.7\n  go version: go1",
    "tailwart-postgres postgres": "postgres (PostgreSQL) 17.12 (Debian 17.12-1)",
    "tailwart-garage /garage": "garage v2.5.0 [features: x]",
    "tailwart-edge /bin/busybox": JSON.stringify(RECORD),
  };
  async function asked(answers: Readonly<Record<string, string>>, { now = "2026-11-30", silence, words = [] }: { now?: string; silence?: string; words?: string[] } = {}) {
    const said = { out: "", err: "" };
    const output = { stdout: { write: (text: string) => (said.out += text) }, stderr: { write: (text: string) => (said.err += text) } };
    const place: VersionsPlace = {
      deployment: deployment(),
      mailbox: wireOf().mailbox.name,
      project: "/nowhere",
      engine: () => engineOf(answers, silence),
      fetching: () => Promise.reject(new Error("no network")),
      now: () => new Date(now),
    };
    return { code: await versions(readVersionsOptions(words), place, output as never), ...said };
  }

  test("what runs and is good ends with 0; a registry that does not answer is unknown", async () => {
    const { code, out } = await asked(good);
    expect(out).toMatch(/^Stalwart +tailwart-stalwart-stalwart +0\.16\.25 +0\.16\.25 +unknown +2027-06-01$/m);
    expect(out).toMatch(/^PostgreSQL +tailwart-postgres +17\.12 +17\.12 +unknown +2029-11-08$/m);
    expect(out).toMatch(/^Caddy +edge edge +>=2\.11\.4 +2\.11\.9 /m);
    expect(out).toContain(`to pin it: CADDY_VERSION==2.11.9 CADDY_L4_VERSION==0.1.2 CADDY_SHA256=${RECORD.sha256}`);
    expect(code).toBe(0);
  });
  test.each<[string, Record<string, string>, string, RegExp]>([
    ["a line that is out of support", { "tailwart-postgres postgres": "postgres (PostgreSQL) 14.20" }, "2026-11-30", /BAD  PostgreSQL 14\.20: no more fixes since 2026-11-12/],
    ["a known hole", { "tailwart-edge /bin/busybox": JSON.stringify({ ...RECORD, caddy: "2.11.4" }) }, "2026-11-30", /BAD  Caddy 2\.11\.4: 2\.11\.6 fixed/],
    ["a day after the end of support", {}, "2027-06-01", /BAD  Stalwart 0\.16\.25: no more fixes since 2027-06-01/],
  ])("%s ends with 2", async (_name, answers, now, line) => {
    const { code, out } = await asked({ ...good, ...answers }, { now });
    expect(out).toMatch(line);
    expect(code).toBe(2);
  });
  test("a fault that is no hole is said and ends with 0; what does not run is no fault", async () => {
    const { code, out } = await asked({ ...good, "tailwart-stalwart-stalwart stalwart": "stalwart 0.16.17" });
    expect(out).toMatch(/note  Stalwart 0\.16\.17: it enforces other domains/);
    expect(code).toBe(0);
    expect((await asked({})).code).toBe(0);
  });
  test("an engine that does not answer ends with 1", async () => {
    expect(await asked({}, { silence: "no answer within 20 s" })).toMatchObject({ code: 1, err: expect.stringContaining("does not answer: no answer within 20 s") });
  });
  test("as JSON", async () => {
    const { programs, different } = JSON.parse((await asked(good, { words: ["--json", "--offline"] })).out) as { programs: { program: string; running: string }[]; different: string[] };
    expect(programs).toContainEqual(expect.objectContaining({ program: "Stalwart", running: "0.16.25", severe: false }));
    expect(different).toEqual([]);
  });
  test("--keep-caddy without an edge says so, and a word that it does not know is named", async () => {
    await expect(asked({}, { words: ["--keep-caddy", "caddy"] })).rejects.toThrow(/does not run, or was built before/);
    expect(mistakesOf(() => readVersionsOptions(["--jsn"]))).toEqual([expect.stringMatching(/^versions: got "--jsn"; allowed: --json, --offline, --keep-caddy; did you mean --json\?/)]);
  });
});

describe("the newest version", () => {
  test("is compared by number, without builds, pre-releases and what is not accepted", async () => {
    const hub = () => Promise.resolve({ results: ["17.9", "17.12", "17.12-alpine", "18.1", "18beta1", "latest", "17"].map((name) => ({ name })) });
    expect(await newestVersions(PROGRAMS.postgres, hub)).toEqual({ any: "18.1", accepted: "17.12" });
    const releases = () => Promise.resolve([{ tag_name: "v1.1.0", prerelease: false }, { tag_name: "v0.16.27", prerelease: false }, { tag_name: "v0.16.28", prerelease: true }]);
    expect(await newestVersions(PROGRAMS.stalwart, releases)).toEqual({ any: "1.1.0", accepted: "0.16.27" });
    const cli = () => Promise.resolve({ results: ["29.1.0", "28.5.2-cli", "29.0.1-cli"].map((name) => ({ name })) });
    expect(await newestVersions(PROGRAMS.starter, cli)).toEqual({ any: "29.0.1", accepted: "29.0.1" });
  });
  test("is unknown when nothing sensible comes", async () => expect(await newestVersions(PROGRAMS.postgres, () => Promise.resolve("<html>"))).toEqual({}));
});

describe("what an edge was built from", () => {
  test.each(["", "{}", "not json", '{"caddy":"1"}'])("%j says nothing", (text) => expect(readRecord(text)).toBeUndefined());
  test("pins itself", () => expect(pinOf(RECORD)).toBe(`CADDY_VERSION==2.11.9 CADDY_L4_VERSION==0.1.2 CADDY_SHA256=${RECORD.sha256}`));
  test("other bytes for the same version are named; another version or processor is not", () => {
    const other = { ...RECORD, sha256: "b".repeat(64) };
    expect(differentBytes([{ edge: "fra", record: RECORD }, { edge: "nyc", record: other }])).toEqual([expect.stringMatching(/^edges fra and nyc both say Caddy 2\.11\.9 .* SHA-256 a{64} and b{64};/)]);
    expect(differentBytes([{ edge: "fra", record: RECORD }, { edge: "nyc", record: { ...other, arch: "arm64" } }])).toEqual([]);
    expect(differentBytes([{ edge: "fra", record: RECORD }, { edge: "nyc", record: { ...other, caddy: "2.11.8" } }])).toEqual([]);
  });
});

describe("data of another version, before anything is replaced", () => {
  const tar = (text: string): string => `${"PG_VERSION".padEnd(124, "\0")}${text.length.toString(8).padStart(11, "0")}\0`.padEnd(512, "\0") + text.padEnd(512, "\0");
  const container = (name: string, image: string) => ({ name, image, engine: "unix:///x" });
  const asked = (answers: Record<string, string>, one: object): Promise<string[]> =>
    dataVersions({ chosen: [{ containers: [one] }], engine: () => engineOf(answers), deployment: deployment() } as unknown as Site);

  test("a tar archive's first file", () => {
    expect(firstOfTar(tar("16\n"))).toBe("16\n");
    expect(firstOfTar("short")).toBeUndefined();
  });
  test.each<[string, Record<string, string>, object, RegExp | undefined]>([
    ["another major of PostgreSQL", { cp: tar("16\n") }, container("tailwart-postgres", "postgres:17.12"), /^POSTGRES_IMAGE: got "postgres:17\.12"; the volume holds a database of PostgreSQL 16.*take a version of 16, or move it/],
    ["the same major", { cp: tar("17\n") }, container("tailwart-postgres", "postgres:17.12"), undefined],
    ["another major, where only the volume is left", { volume: "[]", run: "16\n" }, container("tailwart-postgres", "postgres:17.12"), /holds a database of PostgreSQL 16/],
    ["a fresh volume", {}, container("tailwart-postgres", "postgres:17.12"), undefined],
    ["an older Stalwart", { "image tailwart-stalwart-stalwart": "stalwartlabs/stalwart:v0.16.25\n" }, container("tailwart-stalwart-stalwart", "stalwartlabs/stalwart:v0.16.18"), /^STALWART_IMAGE: got .*; Stalwart 0\.16\.25 has written its data, and 0\.16\.18 is older/],
    ["a newer Stalwart", { "image tailwart-stalwart-stalwart": "stalwartlabs/stalwart:v0.16.18\n" }, container("tailwart-stalwart-stalwart", "stalwartlabs/stalwart:v0.16.25"), undefined],
    ["an image by digest", { "image tailwart-stalwart-stalwart": `stalwart@sha256:${"0".repeat(64)}\n` }, container("tailwart-stalwart-stalwart", "stalwartlabs/stalwart:v0.16.25"), undefined],
  ])("%s", async (_name, answers, one, line) => {
    expect(await asked(answers, one)).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
  });
  test("an image without a version is not judged", () => expect(otherMajor("16", `postgres@sha256:${"0".repeat(64)}`)).toBeUndefined());
});
