import { readFileSync } from "node:fs";
import type { Deployment } from "../config";
import type { SecretName } from "../config/contract";
import { secretSourcePath } from "../config/secrets";
import { MistakesError } from "../errors";

/** A secret's value, for a program that speaks to a server itself. @throws MistakesError when there is none yet */
export function secretValue({ secrets }: Pick<Deployment, "secrets">, project: string, name: SecretName): string {
  const secret = secrets[name];
  if (secret === undefined || !secret.given) throw new MistakesError([`${name}: it is not set, and this command needs it; set it in .env`]);
  return readFileSync(secretSourcePath(project, secret.source), "utf8").replace(/\n$/, "");
}
