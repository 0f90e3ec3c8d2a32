import { lineBreak } from "./layout";
import type { Source } from "./source";

/** The text from `offset` to `end` becomes `text`. */
export interface Edit {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

export const insertion = (offset: number, text: string): Edit => ({ offset, end: offset, text });
export const deletion = (offset: number, end: number): Edit => ({ offset, end, text: "" });

/**
 * The text after the edits; what no edit names stays as it is. Deletions may overlap. Where a deletion would pull text into
 * a line comment that stays, a line break is put between them.
 */
export function applyEdits(source: Source, edits: readonly Edit[]): string {
  const { text } = source;
  const lineComments = new Set(source.comments.filter(({ line }) => line).map(({ end }) => end));
  const parts: string[] = [];
  let at = 0;
  let inComment = false;
  const put = (part: string): void => {
    if (part === "") return;
    if (inComment && !/^[ \t]*\r?\n/.test(part)) parts.push(lineBreak(source));
    inComment = false;
    parts.push(part);
  };
  for (const edit of [...edits].sort((a, b) => a.offset - b.offset || Math.min(a.end - a.offset, 1) - Math.min(b.end - b.offset, 1))) {
    if (edit.offset > at) {
      put(text.slice(at, edit.offset));
      inComment = lineComments.has(edit.offset);
    }
    put(edit.text);
    at = Math.max(at, edit.end);
  }
  put(text.slice(at));
  return parts.join("");
}
