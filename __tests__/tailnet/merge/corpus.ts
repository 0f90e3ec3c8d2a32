import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface Policy {
  readonly name: string;
  readonly text: string;
}

const FOLDER = join(__dirname, "corpus");

/** Policy files as people write them, every one valid and without anything of ours by its marker. */
export const CORPUS: readonly Policy[] = readdirSync(FOLDER)
  .sort()
  .map((file) => ({ name: file.replace(/\.hujson$/, ""), text: readFileSync(join(FOLDER, file), "utf8") }));

/** The same files as other editors save them. */
export const DRESSED: readonly Policy[] = CORPUS.flatMap(({ name, text }) => [
  { name, text },
  { name: `${name}, CRLF`, text: text.replace(/\n/g, "\r\n") },
  { name: `${name}, byte order mark`, text: `\uFEFF${text}` },
  { name: `${name}, CRLF in every other line`, text: text.split("\n").map((line, index, all) => line + (index === all.length - 1 ? "" : index % 2 === 0 ? "\n" : "\r\n")).join("") },
  { name: `${name}, indented with tabs`, text: text.replace(/^ +/gm, (blanks) => "\t".repeat(Math.ceil(blanks.length / 2))) },
]);
