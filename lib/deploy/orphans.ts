import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../site/site";

/** Stacks that `.env` no longer asks for and that still have something running, by the local state files; one line each. */
export function orphans({ place: { project }, stacks }: Pick<Site, "place" | "stacks">): string[] {
  if (!existsSync(project)) return [];
  return readdirSync(project).flatMap((file) => {
    const stack = /^terraform\.(.+)\.tfstate$/.exec(file)?.[1];
    if (stack === undefined || stacks.includes(stack)) return [];
    const { resources = [] } = JSON.parse(readFileSync(join(project, file), "utf8")) as { resources?: unknown[] };
    return resources.length === 0 ? [] : [`the stack ${stack} is no longer in .env, but ${file} says that it still runs; put it back and run npm run destroy -- --only ${stack}`];
  });
}
