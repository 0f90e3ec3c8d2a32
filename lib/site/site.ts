import { join } from "node:path";
import { synthesize, type Output, type Synthesized } from "../app";
import type { EdgeSite } from "../config";
import { Engine } from "./engine";
import { chosen } from "./only";
import { Stack } from "./stack";
import { Terraform } from "./terraform";

/** Where a command works, and for whom it writes. */
export interface Place {
  /** folder with `.env` */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly output: Output;
  /** what a person answers; empty when nobody does */
  readonly ask: (question: string) => Promise<string>;
  /** whether a person is there, at a terminal */
  readonly attended: boolean;
}

/** A synthesized project, and the stacks of it that a command was asked for. */
export interface Site extends Synthesized {
  readonly place: Place;
  readonly chosen: readonly Stack[];
  engine(host: string): Engine;
  terraform(stack: Stack): Terraform;
  say(line: string): void;
  /** an edge's stack @returns undefined for the other stacks */
  edgeOf(stack: string): EdgeSite | undefined;
}

/** Synthesizes as `npm run synth` does, and reads back what came of it. */
export function siteOf(place: Place, { only }: { readonly only?: readonly string[] } = {}): Site {
  const synthesized = synthesize(place.project, place.environment);
  const { deployment, stacks, outdir } = synthesized;
  return {
    ...synthesized,
    place,
    chosen: chosen(stacks, only).map((name) => new Stack(name, join(outdir, "stacks", name))),
    engine: (host) => new Engine(host, place.environment),
    terraform: (stack) => new Terraform(stack.folder, place.environment),
    say: (line) => void place.output.stdout.write(`${line}\n`),
    edgeOf: (name) => deployment.edges.find((edge) => name === "edge" || name === `edge-${edge.name}`),
  };
}
