import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Folder of the sources: this file runs from there (tests) or from `dist/lab`, where only compiled code lies. */
const LAB = basename(dirname(__dirname)) === "dist" ? join(__dirname, "../../lab") : __dirname;

/** Folder of the repository. */
export const REPOSITORY = dirname(LAB);
/** Absolute path of a file, named from `lab/`. */
export const labPath = (name: string): string => join(LAB, name);
/** Its text. */
export const labText = (name: string): string => readFileSync(labPath(name), "utf8");
