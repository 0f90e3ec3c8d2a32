import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { envExample, variablesTable } from "./config/example";
import { rulesDocument } from "./docker/rules/document";
import { checksDocument } from "./doctor/document";
import { versionsTable } from "./versions/document";
import { linesTable, wireRulesTable } from "./wire/document";

/** A file of the repository that is made, wholly or in parts, from the code. */
export interface Document {
  /** from the repository's root */
  readonly path: string;
  /** the new text, from the one that is there (empty when there is none) */
  readonly content: (current: string) => string;
}

const begin = (name: string): string => `<!-- made by npm run docs: ${name} -->`;
const end = (name: string): string => `<!-- end: ${name} -->`;

/**
 * Replaces what stands between `<!-- made by npm run docs: NAME -->` and `<!-- end: NAME -->`; the rest is written by hand.
 * @throws Error when the marks are not there
 */
export function replaced(current: string, name: string, text: string): string {
  const [from, to] = [current.indexOf(begin(name)), current.indexOf(end(name))];
  if (from === -1 || to < from) throw new Error(`the marks ${begin(name)} and ${end(name)} are not in the text`);
  return `${current.slice(0, from)}${begin(name)}\n\n${text}\n\n${current.slice(to)}`;
}

export const DOCUMENTS: readonly Document[] = [
  { path: ".env.example", content: envExample },
  { path: "docs/configuration.md", content: (current) => replaced(current, "variables", variablesTable()) },
  { path: "docs/wire.md", content: (current) => replaced(replaced(current, "lines", linesTable()), "rules", wireRulesTable()) },
  { path: "docs/rules.md", content: rulesDocument },
  { path: "docs/versions.md", content: (current) => replaced(current, "versions", versionsTable()) },
  { path: "docs/doctor.md", content: (current) => replaced(current, "checks", checksDocument()) },
];

/** Writes the documents that differ. @returns their paths */
export function writeDocuments(root: string): string[] {
  return DOCUMENTS.flatMap(({ path, content }) => {
    const file = join(root, path);
    const current = existsSync(file) ? readFileSync(file, "utf8") : "";
    const fresh = content(current);
    if (fresh === current) return [];
    writeFileSync(file, fresh);
    return [path];
  });
}

if (require.main === module) {
  const written = writeDocuments(process.cwd());
  process.stdout.write(written.length === 0 ? "docs: nothing to change\n" : `docs: wrote ${written.join(", ")}\n`);
}
