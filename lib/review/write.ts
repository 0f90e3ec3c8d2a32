import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { refuseIfAny } from "../errors";
import { REVIEW_MARK, type ReviewFile } from "./files";

function isOurs(folder: string): boolean {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return true;
  const readme = join(folder, "README.txt");
  return existsSync(readme) && readFileSync(readme, "utf8").startsWith(REVIEW_MARK);
}

/** Takes out what no file of this run is, and folders that are empty then. */
function tidy(folder: string, keep: ReadonlySet<string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) {
      if (!keep.has(path)) rmSync(path);
      continue;
    }
    tidy(path, keep);
    if (readdirSync(path).length === 0) rmdirSync(path);
  }
}

/**
 * Makes the folder hold exactly these files. Each is whole at any moment: written beside and renamed.
 * @throws MistakesError when the folder holds what no earlier run wrote, or a path leads out of it
 */
export function writeReview(folder: string, files: readonly ReviewFile[]): void {
  const outside = files.filter(({ path }) => normalize(path).split(sep).includes("..") || path.startsWith("/"));
  refuseIfAny([
    ...(isOurs(folder) ? [] : [`${folder}: got files that are not a review's; this folder is made anew by every synth; move them elsewhere`]),
    ...outside.map(({ path }) => `review: ${path} leads out of ${folder}; allowed: a path inside it`),
  ]);
  for (const { path, content } of files) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(`${whole}.${process.pid}.new`, content);
    renameSync(`${whole}.${process.pid}.new`, whole);
  }
  tidy(folder, new Set(files.map(({ path }) => join(folder, path))));
}
