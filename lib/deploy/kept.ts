import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Site } from "../site/site";
import { Stack } from "../site/stack";
import { PLAN_FILE } from "./plans";

/**
 * What was deployed last, by stack: `.deployed/<stack>/cdktf.out/stacks/<stack>` is the synthesized folder, and around it lies
 * what its relative paths lead to: `.secrets`, and the state, by a symbolic link to the one that counts.
 */
const FOLDER = ".deployed";
/** Copies of files that a stack names by a path that leads elsewhere. */
const ELSEWHERE = "elsewhere";

const rootOf = ({ place }: Pick<Site, "place">, name: string): string => join(place.project, FOLDER, name);
const folderIn = (root: string, name: string): string => join(root, "cdktf.out/stacks", name);
const textOf = (folder: string): string => readFileSync(join(folder, "cdk.tf.json"), "utf8");
const privately = (path: string): string | undefined => mkdirSync(path, { recursive: true, mode: 0o700 });

/** Paths of secrets as the stack's text has them. */
const sourcesOf = (stack: Stack, text: string): string[] => {
  const paths = stack.containers.flatMap(({ files }) => files.flatMap((file) => ("source" in file ? [file.source] : [])));
  return [...new Set(paths)].map((path) => (text.includes(JSON.stringify(path)) ? path : relative(stack.folder, path)));
};
const isBelow = (root: string, path: string): boolean => !relative(root, path).startsWith("..");
const copyOf = (root: string, path: string): string => join(root, ELSEWHERE, encodeURIComponent(path));

/** Keeps a stack as it is deployed now, in place of what was kept before. Secrets are for the owner alone (0700, 0600). */
export function keep(site: Pick<Site, "place">, stack: Stack): void {
  if (stack.containers.length === 0) return;
  const root = rootOf(site, stack.name);
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const folder = folderIn(fresh, stack.name);
  privately(folder);
  cpSync(stack.folder, folder, { recursive: true, filter: (path) => ![".terraform", PLAN_FILE].includes(basename(path)) });
  for (const source of sourcesOf(stack, textOf(stack.folder))) {
    const [from, mirrored] = [resolve(stack.folder, source), resolve(folder, source)];
    const to = isBelow(fresh, mirrored) ? mirrored : copyOf(fresh, source);
    privately(dirname(to));
    writeFileSync(to, readFileSync(from), { mode: 0o600 });
  }
  // The same providers and the same state; init sees by itself when they are no longer the same.
  const link = (path: string): void => symlinkSync(relative(dirname(join(folderIn(root, stack.name), path)), join(stack.folder, path)), join(folder, path));
  link(".terraform");
  const state = `../../../terraform.${stack.name}.tfstate`;
  if (existsSync(join(stack.folder, state))) link(state);
  rmSync(root, { recursive: true, force: true });
  renameSync(fresh, root);
}

/** The stack that was kept; undefined when none was. */
export function kept(site: Pick<Site, "place">, name: string): Stack | undefined {
  const root = rootOf(site, name);
  const folder = folderIn(root, name);
  if (!existsSync(join(folder, "cdk.tf.json"))) return undefined;
  useCopies(root, new Stack(name, folder));
  return new Stack(name, folder);
}

/** A stack that was removed on purpose is nothing to go back to. */
export const forget = (site: Pick<Site, "place">, name: string): void => rmSync(rootOf(site, name), { recursive: true, force: true });

/** Where a file elsewhere is no longer what it was, the stack takes the copy. An unchanged one keeps its path, which is in the state. */
function useCopies(root: string, stack: Stack): void {
  const text = textOf(stack.folder);
  const changed = sourcesOf(stack, text).filter((source) => {
    const copy = copyOf(root, source);
    const path = resolve(stack.folder, source);
    return existsSync(copy) && !(existsSync(path) && readFileSync(path).equals(readFileSync(copy)));
  });
  const written = changed.reduce((all, source) => all.replaceAll(JSON.stringify(source), JSON.stringify(copyOf(root, source))), text);
  if (written !== text) writeFileSync(join(stack.folder, "cdk.tf.json"), written);
}
