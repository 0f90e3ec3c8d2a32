import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** Folder of the sources: this file runs from there (tests) or from `dist/lib`, where only compiled code lies. */
const LIB = basename(dirname(__dirname)) === "dist" ? join(__dirname, "../../lib") : __dirname;

/** Absolute path of a file that goes into an image or container as it is, named from `lib/`. */
export const assetPath = (name: string): string => join(LIB, name);

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
