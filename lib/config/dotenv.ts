import { parse } from "dotenv";

export interface DotenvText {
  readonly values: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly mistakes: readonly string[];
}

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text).replace(/[^\x20-\x7e]/g, "?");

/**
 * Reads a `.env` file: one `NAME=value` a line, `#` comments, quotes optional (dotenv's rules for a line).
 * Unlike dotenv it says what it could not read, and a name that is set twice is a mistake and not the last one's.
 * A value never appears in a mistake: the line may hold a secret.
 */
export function readDotenv(text: string, file = ".env"): DotenvText {
  const values = new Map<string, { value: string; line: number }>();
  const mistakes: string[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const line = index + 1;
      const at = `${file} line ${line}`;
      if (/^\s*(#|$)/.test(raw)) return;
      const name = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(raw)?.[1];
      if (name === undefined) {
        const word = raw.includes("=") ? raw.slice(0, raw.indexOf("=")) : raw.trim().split(/\s/)[0];
        mistakes.push(`${at}: got "${shown(word.trim())}…"; allowed: NAME=value or a line that begins with #; fix the line or take it out`);
        return;
      }
      const after = raw.slice(raw.indexOf("=") + 1).trim();
      if (/^(["'`])/.test(after) && !new RegExp(`^${after[0]}.*${after[0]}\\s*(#.*)?$`).test(after)) {
        mistakes.push(`${at}: ${name} begins with a quote that does not end on the line; close it (values are one line; put longer ones into a file)`);
        return;
      }
      if (!/^["'`]/.test(after) && /\S#/.test(after)) {
        mistakes.push(`${at}: ${name} holds a # outside quotes, and all from there on would be lost; put the value into single quotes`);
        return;
      }
      if (raw.includes("\0")) {
        mistakes.push(`${at}: ${name} holds a NUL character; take it out`);
        return;
      }
      const earlier = values.get(name);
      if (earlier !== undefined) {
        mistakes.push(`${at}: ${name} is already set in line ${earlier.line}; keep one of them`);
        return;
      }
      // RegExp.exec found the name, so dotenv reads exactly this one.
      values.set(name, { value: parse(raw.replace(/^\s*export\s+/, ""))[name] ?? "", line });
    });
  return { values, mistakes };
}
