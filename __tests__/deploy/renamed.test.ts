import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orphans } from "../../lib/deploy/orphans";
import { followRenamed } from "../../lib/deploy/renamed";
import type { Site } from "../../lib/site/site";
import { deployment } from "../deployment";

let project: string;
beforeEach(() => (project = mkdtempSync(join(tmpdir(), "tailwart-renamed-"))));
afterEach(() => rmSync(project, { recursive: true, force: true }));

const state = (stack: string): string => join(project, `terraform.${stack}.tfstate`);
const has = (stack: string, resources = 1): void => writeFileSync(state(stack), JSON.stringify({ of: stack, resources: Array(resources).fill({}) }));
/** What a deploy has kept of a stack, as far as its engine shows in it. */
function keptOn(stack: string, host: string): void {
  const folder = join(project, ".deployed", stack, "cdktf.out/stacks", stack);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ provider: { docker: [{ host }] } }));
}
const ONE = { EDGE_MAGIC_NAME: "fra", EDGE_DOCKER_HOST: "ssh://root@fra.test" };
const TWO = { EDGE_MAGIC_NAME: "fra,nyc", EDGE_IPV4: "fra=192.0.2.25,nyc=192.0.2.26", EDGE_DOCKER_HOST: "fra=ssh://root@fra.test,nyc=ssh://root@nyc.test" };

function follow(env: Record<string, string>): { said: string[]; notes: string[] } {
  const read = deployment(env);
  const edges = read.edges.length === 1 ? ["edge"] : read.edges.map(({ name }) => `edge-${name}`);
  const said: string[] = [];
  const site = {
    deployment: read,
    stacks: ["images", "mailbox", ...edges],
    place: { project },
    say: (line: string) => void said.push(line),
    edgeOf: (name: string) => read.edges.find((edge) => name === "edge" || name === `edge-${edge.name}`),
  } as unknown as Site;
  followRenamed(site);
  return { said, notes: orphans(site) };
}

test("from two edges to one: the one that stays keeps its state, the other is an orphan with the way out", () => {
  has("edge-fra");
  has("edge-nyc");
  const { said, notes } = follow(ONE);
  expect(said).toEqual(["edge: the stack edge-fra is called edge now; its state goes on in terraform.edge.tfstate"]);
  expect(readFileSync(state("edge"), "utf8")).toContain("edge-fra");
  expect(notes).toEqual([expect.stringMatching(/^the stack edge-nyc is no longer in \.env, but terraform\.edge-nyc\.tfstate .*put the edge nyc back into \.env, run npm run destroy -- --only edge-nyc .*and take it out again$/)]);
  expect(follow(ONE).said).toEqual([]);
});

test("from one edge to two: by the engine that it was deployed to", () => {
  has("edge");
  keptOn("edge", "ssh://root@nyc.test");
  expect(follow(TWO)).toEqual({ said: ["edge-nyc: the stack edge is called edge-nyc now; its state goes on in terraform.edge-nyc.tfstate"], notes: [] });
  expect(existsSync(state("edge"))).toBe(false);
  expect(existsSync(join(project, ".deployed/edge"))).toBe(false);
});

test.each([
  ["an edge that has a state already", () => [has("edge"), has("edge-fra")], ONE],
  ["a state that is empty", () => has("edge-fra", 0), ONE],
  ["an engine that nobody has now", () => [has("edge"), keptOn("edge", "ssh://root@lon.test")], TWO],
  ["what was never kept", () => has("edge"), TWO],
  ["a state that does not lie here", () => has("edge-fra"), { ...ONE, STATE_BACKEND: "pg" }],
])("leaves alone %s", (_, given, env) => {
  given();
  expect(follow(env).said).toEqual([]);
});
