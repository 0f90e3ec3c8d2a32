import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { MistakesError } from "./errors";

/** Folder of the sources: this file runs from there (tests) or from `dist/lib`, where only compiled code lies. */
const LIB = basename(dirname(__dirname)) === "dist" ? join(__dirname, "../../lib") : __dirname;

/** Files at a path: itself, or all in the folder. */
function filesAt(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesAt(join(path, name))) : [path];
}

/**
 * Refuses files with carriage returns, which a checkout by Git for Windows can have: a shell on Linux cannot run them.
 * @throws MistakesError with one line for each file
 */
export function refuseCarriageReturns(path: string): void {
  const found = filesAt(path).filter((file) => readFileSync(file).includes(13));
  if (found.length === 0) return;
  const fix = "run git config core.autocrlf false and git checkout-index --force --all, then try again";
  throw new MistakesError(found.map((file) => `${basename(file)}: got Windows line endings (CR LF), which a container cannot run; allowed: LF only; ${fix}`));
}

const proven = new Set<string>();

/**
 * Absolute path of a file or folder that goes into an image or container as it is, named from `lib/`.
 * @throws MistakesError when a file there has carriage returns
 */
export function assetPath(name: string): string {
  const path = join(LIB, name);
  if (!proven.has(path)) refuseCarriageReturns(path);
  proven.add(path);
  return path;
}

/** Its text. */
export const assetText = (name: string): string => readFileSync(assetPath(name), "utf8");

const generated: string[] = [];

/** Absolute path of a new folder that is there until the process ends: long enough for synth to copy it as an asset. */
export function generatedFolder(): string {
  if (generated.length === 0) process.once("exit", () => generated.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = mkdtempSync(join(tmpdir(), "tailwart-asset-"));
  generated.push(folder);
  return folder;
}

/** Absolute path of a file with this text, in a folder of its own. */
export function generatedAsset(name: string, text: string): string {
  const path = join(generatedFolder(), name);
  writeFileSync(path, text);
  return path;
}
