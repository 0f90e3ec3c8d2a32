import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

const MOST_BYTES = 65536;

export type SecretFileText = { readonly value: string; readonly rewritten?: true } | { readonly absent: string } | { readonly mistake: string };

/**
 * The one line in a file that a `…_FILE` variable names; newlines at its end, CRLF as well, and a byte order mark at its
 * beginning are no part of it. `rewritten` when there is more around the value than one newline: who reads the file itself
 * would get that too.
 * `absent` when there is nothing yet: synth does without, and deploy names it.
 */
export function readSecretFile(project: string, path: string): SecretFileText {
  if (path.startsWith("~")) return { mistake: "~ is not expanded here; write the whole path" };
  try {
    const stat = statSync(resolve(project, path));
    if (stat.isDirectory()) return { mistake: "it is a directory; name a file" };
    if (!stat.isFile()) return { mistake: "it is no regular file; name one" };
    if (stat.size > MOST_BYTES) return { mistake: "the file is too large for a secret; name a file of one line" };
    const text = readFileSync(resolve(project, path), "utf8");
    if (text.trim() === "") return { absent: "is empty" };
    const value = text.replace(/^\uFEFF/, "").replace(/[\r\n]+$/, "");
    return text === value || text === `${value}\n` ? { value } : { value, rewritten: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { absent: "is not there" };
    return { mistake: `the file cannot be read (${code ?? "unknown error"}); name a readable file` };
  }
}
