import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Folder of the sources: this file runs from there (tests) or from `dist/lib`, where only compiled code lies. */
const LIB = basename(dirname(__dirname)) === "dist" ? join(__dirname, "../../lib") : __dirname;

/** Absolute path of a file that goes into an image or container as it is, named from `lib/`. */
export const assetPath = (name: string): string => join(LIB, name);

/** Its text. */
export const assetText = (name: string): string => readFileSync(assetPath(name), "utf8");
