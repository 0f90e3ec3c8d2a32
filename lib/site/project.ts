import { readConfig, type Deployment } from "../config";
import { readFiles } from "../config/files";
import { makeWire, type Wire } from "../wire";

/** The deployment that the `.env` and `settings.env` of a folder describe. @throws MistakesError */
export function projectOf(project: string, environment: Readonly<Record<string, string | undefined>>): { readonly deployment: Deployment; readonly wire: Wire } {
  const deployment = readConfig({ project, environment, ...readFiles(project) });
  return { deployment, wire: makeWire(deployment) };
}
