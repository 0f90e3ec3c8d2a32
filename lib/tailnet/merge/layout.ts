import type { Node } from "jsonc-parser";
import { ANY_MARKER } from "../policy/entry";
import type { Source } from "./source";

/** The rest of a line that holds nothing but blanks and comments; a comment of ours belongs to what comes after it. */
const OTHERS = `(?![ \\t]*${ANY_MARKER})`;
const REST = new RegExp(`[ \\t]*(?:/\\*${OTHERS}(?:(?!\\*/)[^\\r\\n])*\\*/[ \\t]*)*(?://${OTHERS}[^\\r\\n]*)?(?=\\r?\\n)`, "y");

/** Where an offset is, for a person: both count from 1, a column counts characters. */
export function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `line ${before.split("\n").length}, column ${before.length - before.lastIndexOf("\n")}`;
}

/** How the people who wrote this file break lines. */
export const lineBreak = ({ text }: Pick<Source, "text">): string => (/\r?\n/.exec(text)?.[0] ?? "\n");

/** The indentation of what begins at `offset`; undefined when something stands before it in its line. */
export function indentOf({ text }: Source, offset: number): string | undefined {
  let start = offset;
  while (text[start - 1] === " " || text[start - 1] === "\t") start -= 1;
  const begins = start === 0 || text[start - 1] === "\n" || (start === 1 && text[0] === "\uFEFF");
  return begins ? text.slice(start, offset) : undefined;
}

/** Where the line of what begins at `offset` breaks away from the line before; `offset` itself when it does not begin its line. */
export function breakBefore(source: Source, offset: number): number {
  const indent = indentOf(source, offset);
  const at = offset - (indent?.length ?? 0) - 1;
  if (indent === undefined || source.text[at] !== "\n") return offset;
  return source.text[at - 1] === "\r" ? at - 1 : at;
}

/** Where the line ends in which only blanks and comments follow `offset`; undefined when something else follows. */
export function restOfLine({ text }: Source, offset: number): number | undefined {
  REST.lastIndex = offset;
  return REST.test(text) ? REST.lastIndex : undefined;
}

/** One level of indentation, as this file has it. */
export function levelOf(source: Source): string {
  const first = source.root.children?.find(({ offset }) => indentOf(source, offset));
  return (first && indentOf(source, first.offset)) ?? (/^\t/m.test(source.text) ? "\t" : "  ");
}

/** The indentation of the entries of a container: that of the first one there, else one level more than the container's. */
export function indentIn(source: Source, container: Node): string {
  const there = container.children?.find(({ offset }) => indentOf(source, offset) !== undefined);
  if (there) return indentOf(source, there.offset) as string;
  const level = levelOf(source);
  const member = container.parent;
  return member ? (indentOf(source, member.offset) ?? level) + level : level;
}

/** Where new entries go into a container: before everybody else's, so that nobody's comma has to change. */
export function anchorIn(source: Source, container: Node): { readonly offset: number; readonly inline: boolean } {
  const open = container.offset + 1;
  const end = restOfLine(source, open);
  if (end !== undefined) return { offset: end, inline: false };
  return { offset: open + (/^[ \t]*/.exec(source.text.slice(open))?.[0].length ?? 0), inline: true };
}
