import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { collisions } from "../../lib/deploy/collisions";
import { fetchImages } from "../../lib/deploy/images";
import type { Plan } from "../../lib/deploy/plans";
import type { Site } from "../../lib/site/site";
import { Stack } from "../../lib/site/stack";
import { addStacks } from "../../lib/stacks";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

const outdir = mkdtempSync(join(tmpdir(), "tailwart-out-"));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const ENV = { MAILBOX_DOCKER_HOST: "tcp://192.0.2.7:2375", EDGE_DOCKER_HOST: "unix:///run/edge.sock", STALWART_IMAGE: "tailwart-lab/stalwart:0.16.99" };
const site = deployment(ENV);
const wire = makeWire(site);
const app = new App({ outdir });
addStacks(app, { deployment: site, wire, project: outdir });
app.synth();
const stackOf = (name: string): Stack => new Stack(name, join(outdir, "stacks", name));
const STACKS = ["images", "mailbox", "edge"].map(stackOf);

/** A first deploy, or one in which some things are known to the state. */
const plansFor = (known: (name: string) => boolean = () => false): Plan[] =>
  STACKS.map((stack) => ({
    stack,
    changes: stack.addresses.map((address) => ({ address, action: known(stack.nameOf(address)) ? "update" : "create" })),
  }));

type Has = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
/** Engines with what `docker KIND ls` prints there. */
const engines = (has: Has) => (host: string) => ({
  docker: ([kind]: readonly string[]) => Promise.resolve({ status: 0, stdout: (has[host]?.[kind] ?? []).map((name) => `${name}\n`).join(""), stderr: "" }),
});
const found = (has: Has, plans = plansFor()) => collisions({ deployment: site, engine: engines(has) } as unknown as Site, plans);

const MAILBOX = ENV.MAILBOX_DOCKER_HOST;
const EDGE = ENV.EDGE_DOCKER_HOST;

test("an engine with nothing of ours, and somebody else's things", async () =>
  expect(await found({ [MAILBOX]: { container: ["shop", "tailwart-postgres-exporter"], volume: ["tailwart"] } })).toEqual([]));

test.each<[string, Has, RegExp[]]>([
  ["a container", { [MAILBOX]: { container: ["tailwart-postgres"] } }, [/^MAILBOX_DOCKER_HOST: the engine at tcp:\/\/192\.0\.2\.7:2375 has container tailwart-postgres already, .*another deployment's.*terraform\.mailbox\.tfstate/]],
  [
    "containers, a volume with data and a network",
    { [MAILBOX]: { container: ["tailwart-stalwart-namespace", "tailwart-postgres"], volume: ["tailwart-postgres"], network: ["tailwart-stalwart"] } },
    [/has container tailwart-\S+, tailwart-\S+; volume tailwart-postgres; network tailwart-stalwart already, .* terraform -chdir=cdktf\.out\/stacks\/mailbox import docker_volume\.\S+ tailwart-postgres$/],
  ],
  ["the edge", { [EDGE]: { container: ["tailwart-edge"] }, [MAILBOX]: { container: ["tailwart-edge"] } }, [/^EDGE_DOCKER_HOST: .*container tailwart-edge already/]],
  ["one on each engine", { [EDGE]: { container: ["tailwart-edge"] }, [MAILBOX]: { volume: ["tailwart-postgres"] } }, [/volume tailwart-postgres already/, /container tailwart-edge already/]],
])("what another deployment has is named and refused: %s", async (_what, has, lines) =>
  expect(await found(has)).toEqual(lines.map((line) => expect.stringMatching(line) as string)));

test("what this deployment's state knows is its own", async () => {
  const has = { [MAILBOX]: { container: ["tailwart-postgres"], volume: ["tailwart-postgres"] } };
  expect(await found(has, plansFor((name) => name === "tailwart-postgres"))).toEqual([]);
});

test("an engine that does not answer stops the deploy too", async () => {
  const engine = () => ({ docker: () => Promise.resolve({ status: 1, stdout: "", stderr: "permission denied\nmore" }) });
  expect(await collisions({ deployment: site, engine } as unknown as Site, plansFor())).toContainEqual(expect.stringMatching(/does not say what it has: permission denied; try: docker -H /));
});

describe("images that are not there", () => {
  async function lacking(chosen: readonly Stack[], pullStderr: string): Promise<readonly string[]> {
    const engine = () => ({ hasImage: () => Promise.resolve(false), pull: () => Promise.resolve({ status: 1, stdout: "", stderr: pullStderr }) });
    return fetchImages({ deployment: site, outdir, chosen, engine, say: () => undefined } as unknown as Site);
  }

  test("one whose name begins like ours cannot be had", async () => {
    const lines = await lacking(STACKS, "pull access denied");
    expect(lines).toContainEqual(expect.stringMatching(/^image "tailwart-lab\/stalwart:0\.16\.99" is not on .* and cannot be pulled: pull access denied/));
    expect(lines.join("\n")).not.toContain("--only");
  });

  test("one that is built here comes with the stack images, each stack named once", async () => {
    const lines = await lacking(STACKS.filter(({ name }) => name !== "images"), "pull access denied");
    const told = lines.filter((line) => line.includes("--only"));
    expect(told.map((line) => /^image "(tailwart-[a-z]+):[0-9a-f]+" is not on /.exec(line)?.[1]).sort()).toEqual(["tailwart-edge", "tailwart-garage"]);
    expect(told.every((line) => line.endsWith("--only images,mailbox,edge"))).toBe(true);
  });
});
