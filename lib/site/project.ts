import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig, type Deployment } from "../config";
import { makeWire, type Wire } from "../wire";

/** The deployment that the `.env` of a folder describes. @throws MistakesError */
export function projectOf(project: string, environment: Readonly<Record<string, string | undefined>>): { readonly deployment: Deployment; readonly wire: Wire } {
  const file = join(project, ".env");
  const deployment = readConfig({ project, environment, dotenv: existsSync(file) ? readFileSync(file, "utf8") : undefined });
  return { deployment, wire: makeWire(deployment) };
}
