import { renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "./config";
import { CONTRACT, type SecretName } from "./config/contract";
import { readDotenv } from "./config/dotenv";
import { readFiles } from "./config/files";
import { inventSecret } from "./config/generate";
import { MistakesError } from "./errors";

/** Puts `NAME=value` in the place of an empty or commented-out line for that name, or at the end. */
export function withValue(dotenv: string, name: string, value: string): string {
  const line = `${name}=${value}`;
  const place = new RegExp(`^[ \\t]*#?[ \\t]*${name}=[ \\t]*$`, "m");
  if (place.test(dotenv)) return dotenv.replace(place, () => line);
  return `${dotenv}${dotenv === "" || dotenv.endsWith("\n") ? "" : "\n"}${line}\n`;
}

/**
 * Invents the secrets that are missing and that the operator may choose, into `.env`.
 * @returns their names; what comes from somebody else (a tailnet key, a smarthost's password) is left to the operator
 */
export function inventSecrets(project: string, environment: Readonly<Record<string, string | undefined>>): SecretName[] {
  const file = join(project, ".env");
  const { dotenv, settings } = readFiles(project);
  if (dotenv === undefined && settings === undefined) throw new MistakesError([".env is not there; cp .env.example .env, edit it, then try again"]);
  const before = dotenv ?? "";
  const { secrets, backends } = readConfig({ project, environment, dotenv: before, settings });
  const { values } = readDotenv(before);
  // A file that is named but not there yet is for the operator to bring: both ways at once would be a mistake.
  const shared = readDotenv(settings ?? "").values;
  const hasFile = (name: SecretName): boolean =>
    [environment[`${name}_FILE`], values.get(`${name}_FILE`)?.value, shared.get(`${name}_FILE`)?.value].some(Boolean);
  const invented = Object.values(secrets)
    .filter(({ name, given }) => !given && !hasFile(name) && (backends.kind === "embedded" || !CONTRACT[name].generateEmbedded))
    .map(({ name }) => ({ name, value: inventSecret(name) }))
    .filter((one): one is { name: SecretName; value: string } => one.value !== undefined);
  if (invented.length === 0) return [];
  const after = invented.reduce((text, { name, value }) => withValue(text, name, value), before);
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, after, { mode: dotenv === undefined ? 0o600 : statSync(file).mode & 0o700 });
  renameSync(fresh, file);
  return invented.map(({ name }) => name);
}

if (require.main === module) {
  try {
    const names = inventSecrets(process.cwd(), process.env);
    process.stdout.write(names.length === 0 ? "secrets: nothing to invent\n" : `secrets: invented ${names.join(", ")} in .env; keep a copy of .env in a safe place\n`);
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
