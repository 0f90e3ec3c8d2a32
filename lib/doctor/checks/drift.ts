import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LOOKS } from "../../deploy/looks";
import { Engine } from "../../site/engine";
import type { Site } from "../../site/site";
import { Stack } from "../../site/stack";
import { Terraform } from "../../site/terraform";
import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground } from "../ground";

/** Looks that have a check of their own here. */
const ELSEWHERE = ["policy", "node", "settings"];

/** What was synthesized last, as it lies there: a doctor writes nothing. */
function siteOf({ deployment, wire, project, environment }: Ground): Site {
  const outdir = environment.CDKTF_OUTDIR ?? join(project, "cdktf.out");
  const folder = join(outdir, "stacks");
  if (!existsSync(folder)) throw new CannotAsk(`${folder} is not there to compare with; npm run synth makes it`);
  const stacks = readdirSync(folder);
  return {
    ...{ deployment, wire, stacks, outdir, summary: "" },
    place: { project, environment, attended: false, ask: () => Promise.resolve(""), output: { stdout: { write: () => undefined }, stderr: { write: () => undefined } } },
    chosen: stacks.map((name) => new Stack(name, join(folder, name))),
    engine: (host) => new Engine(host, environment),
    terraform: (stack) => new Terraform(stack.folder, environment),
    say: () => undefined,
    edgeOf: (name) => deployment.edges.find((edge) => name === "edge" || name === `edge-${edge.name}`),
  };
}

export const drift: Check = {
  name: "drift",
  proves: "containers run, healthy, in the namespace that lives, with the files that were deployed",
  from: "operator",
  severity: "error",
  symptom: "a container is gone or unhealthy, or it is healthy and nobody reaches it",
  cause: "somebody changed it by hand, the host was started again, or it was deployed half-way",
  fix: "npm run drift shows Terraform's plan as well, which this does not run; npm run deploy puts things back",
  lesson: "pitfalls",
  seconds: 25,
  async run(ground) {
    const site = siteOf(ground);
    const looks = Object.entries(LOOKS).filter(([name]) => !ELSEWHERE.includes(name));
    const found = await Promise.all(site.chosen.flatMap((stack) => looks.map(async ([name, look]) => (await look(site, stack)).map((one): Finding => ({ ...one, key: `${name} ${one.what.replace(/\d+/g, "")}` })))));
    return found.flat();
  },
};
