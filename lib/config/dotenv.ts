import { strangeSign, trimPlain } from "./values/signs";

export interface DotenvMistake {
  /** from 1 */
  readonly line: number;
  /** the variable whose value could not be read */
  readonly name?: string;
  readonly text: string;
}
export interface DotenvText {
  readonly values: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly mistakes: readonly DotenvMistake[];
}

type Line = { readonly name: string; readonly value: string } | { readonly name?: string; readonly mistake: string } | "unreadable" | "nothing";

/**
 * Whether a word may appear in a message. What stands before a `=` can be the tail of a pasted secret (base64 ends
 * in `=`), so only what has the look of a variable's name is shown: short upper-case words.
 */
export const looksLikeName = (text: string): boolean => text.length <= 60 && /^[A-Z][A-Z0-9]{0,11}([ _.-][A-Z0-9]{1,12})*$/.test(text);

const RIGHT = "write NAME=value, or # at the beginning of a comment";

function readLine(raw: string): Line {
  if (/^\s*(#|$)/.test(raw)) return "nothing";
  const [whole, name] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(raw) ?? [];
  if (whole === undefined || name === undefined) {
    const before = raw.slice(0, Math.max(0, raw.indexOf("="))).trim();
    return looksLikeName(before) ? { mistake: `"${before}" is not a variable's name; ${RIGHT}` } : "unreadable";
  }
  const after = raw.slice(whole.length);
  const quoted = /^\s*(["'`])(.*)$/s.exec(after);
  const shown = looksLikeName(name) ? name : "the value";
  const around = strangeSign(whole) ?? strangeSign(quoted ? after.slice(0, after.indexOf(quoted[1])) : "");
  if (around !== undefined) return { name, mistake: `${shown} has ${around} beside its =; take it out` };
  if (quoted) {
    const [, quote, rest] = quoted;
    const end = rest.indexOf(quote);
    if (end === -1) return { name, mistake: `${shown} begins with a quote that does not end on the line; close it (a value is one line; put a longer one into a file)` };
    const tail = rest.slice(end + 1);
    return /^\s*(#.*)?$/.test(tail)
      ? { name, value: rest.slice(0, end) }
      : { name, mistake: `${shown} goes on after its closing quote; put all of it into one pair of quotes that it does not hold itself` };
  }
  const comment = after.indexOf("#");
  if (comment !== -1 && !/\s/.test(after.charAt(comment - 1)))
    return { name, mistake: `${shown} holds a # outside quotes, and all from there on would be lost; put the value into single quotes` };
  const bare = trimPlain(comment === -1 ? after : after.slice(0, comment));
  const value = bare.trim();
  // What trim() takes away is not the operator's to see, and would come back with the next copy.
  if (value !== bare) return { name, mistake: `${shown} begins or ends with ${strangeSign(bare)}; take it out` };
  return { name, value };
}

/**
 * Reads a `.env` file: one `NAME=value` a line, `export` before it allowed, `#` comments, quotes optional.
 *
 * What it accepts means the same as with the dotenv package (a test compares them), but it says what it cannot read
 * where dotenv guesses: a quote left open, a value cut at its `#`, a name set twice. Nothing is expanded in a value.
 * A value never appears in a mistake: the line may hold a secret.
 */
export function readDotenv(text: string): DotenvText {
  const values = new Map<string, { value: string; line: number }>();
  const mistakes: DotenvMistake[] = [];
  const unreadable: number[] = [];
  if (/\0|^\uFFFD/.test(text)) return { values, mistakes: [{ line: 1, text: "the file is not UTF-8 text; save it as UTF-8" }] };
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  lines.map(readLine).forEach((read, index) => {
    const line = index + 1;
    if (read === "nothing") return;
    if (read === "unreadable") unreadable.push(line);
    else if ("mistake" in read) mistakes.push({ line, name: read.name, text: read.mistake });
    else if (values.has(read.name))
      mistakes.push({ line, text: `${looksLikeName(read.name) ? read.name : "the name"} is already set in line ${values.get(read.name)?.line}; keep one of them` });
    else values.set(read.name, { value: read.value, line });
  });
  // A pasted key has many lines; they are one mistake.
  if (unreadable.length > 0) {
    const others = unreadable.length === 1 ? "" : `, and so ${unreadable.length === 2 ? "is" : "are"} ${unreadable.length - 1} more below`;
    mistakes.push({ line: unreadable[0], text: `it is no NAME=value (not shown, it may be part of a secret)${others}; ${RIGHT}` });
  }
  return { values, mistakes };
}
