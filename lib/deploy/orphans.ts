import { existsSync, readdirSync } from "node:fs";
import { localState } from "./renamed";
import type { Site } from "../site/site";

/** Stacks that `.env` no longer asks for and that still have something running, by the local state files; one line each. */
export function orphans({ place: { project }, stacks }: Pick<Site, "place" | "stacks">): string[] {
  if (!existsSync(project)) return [];
  return readdirSync(project).flatMap((file) => {
    const stack = /^terraform\.(.+)\.tfstate$/.exec(file)?.[1];
    if (stack === undefined || stacks.includes(stack)) return [];
    const { resources } = localState(project, stack);
    const fix = `put ${stack.startsWith("edge-") ? `the edge ${stack.slice("edge-".length)}` : "it"} back into .env, run npm run destroy -- --only ${stack} (--with-data as well where it keeps the key of a node of its own), and take it out again`;
    return resources === 0 ? [] : [`the stack ${stack} is no longer in .env, but ${file} says that it still runs or keeps a volume; ${fix}`];
  });
}
