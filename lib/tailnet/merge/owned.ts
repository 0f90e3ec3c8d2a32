import type { Node } from "jsonc-parser";
import { POLICY_MARKER, entryName } from "../policy/entry";
import { SECTION_NAMES, isName, nameOf, type SectionName } from "./entries";
import { memberOf, valueOf } from "./shape";
import type { Comment, Source } from "./source";

/** Above a section that was not there before. */
export const MADE_SECTION = `${POLICY_MARKER} made this section`;
/** After our entries where the rest of the line had to move: what follows belongs behind the bracket again. */
export const END = `${POLICY_MARKER} end`;

/** An entry in the file: a member of tagOwners, a row of grants or tests. */
export interface FileEntry {
  readonly node: Node;
  readonly name: string;
  /** our comment above it, naming it: without one, the entry is somebody else's */
  readonly marker?: Comment;
  /** the comma after it */
  readonly comma?: number;
}

export interface Section {
  readonly name: SectionName;
  readonly member: Node;
  /** the object or array */
  readonly node: Node;
  readonly entries: readonly FileEntry[];
  /** markers whose entry is gone, or says something else now */
  readonly orphans: readonly Comment[];
  readonly ends: readonly Comment[];
  /** our comment above a section that we made */
  readonly made?: Comment;
  readonly comma?: number;
}

/** The file with what is ours in it. */
export interface Inventory {
  readonly source: Source;
  readonly sections: Readonly<Partial<Record<SectionName, Section>>>;
  /** at the top level */
  readonly orphans: readonly Comment[];
  readonly ends: readonly Comment[];
}

export const endOf = (node: Node): number => node.offset + node.length;

/** The first of an ascending list at or after an offset. */
function firstAt<T>(list: readonly T[], offset: number, of: (one: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(list[middle]) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function commentsBetween({ comments }: Source, from: number, to: number): readonly Comment[] {
  return comments.slice(firstAt(comments, from, ({ offset }) => offset), firstAt(comments, to, ({ offset }) => offset));
}

function commaAfter({ commas }: Source, node: Node, limit: number): number | undefined {
  const comma = commas[firstAt(commas, endOf(node), (offset) => offset)];
  return comma !== undefined && comma < limit ? comma : undefined;
}

export const isOurs = ({ text }: Comment): boolean => text.startsWith(POLICY_MARKER);

/** Each child of a container with our comments before it, and those before the closing bracket. */
function gaps(source: Source, container: Node): { children: { node: Node; ours: Comment[]; comma?: number }[]; rest: Comment[] } {
  const close = endOf(container) - 1;
  const nodes = container.children ?? [];
  let from = container.offset + 1;
  const children = nodes.map((node, index) => {
    const ours = commentsBetween(source, from, node.offset).filter(isOurs);
    from = endOf(node);
    return { node, ours, comma: commaAfter(source, node, nodes[index + 1]?.offset ?? close) };
  });
  return { children, rest: commentsBetween(source, from, close).filter(isOurs) };
}

const nameIn = ({ text }: Comment): string => entryName(text.slice(POLICY_MARKER.length).trim());
const isEnd = ({ text }: Comment): boolean => text === END;

function sectionIn(source: Source, name: SectionName, member: Node, made: Comment | undefined, comma: number | undefined): Section {
  const node = valueOf(member);
  const { children, rest } = gaps(source, node);
  const comments = [...children.flatMap(({ ours }) => ours), ...rest];
  const entries = children.map(({ node: child, ours, comma: after }): FileEntry => {
    const entry = nameOf(name, child);
    return { node: child, name: entry, marker: ours.filter((comment) => nameIn(comment) === entry).at(-1), comma: after };
  });
  const used = new Set(entries.map(({ marker }) => marker));
  const orphans = comments.filter((comment) => !used.has(comment) && isName(name, nameIn(comment)));
  return { name, member, node, entries, orphans, ends: comments.filter(isEnd), made, comma };
}

/** Finds what is ours: entries by a marker that names them, sections and ends by theirs. */
export function takeInventory(source: Source): Inventory {
  const { children, rest } = gaps(source, source.root);
  const comments = [...children.flatMap(({ ours }) => ours), ...rest];
  const sections: Partial<Record<SectionName, Section>> = {};
  for (const name of SECTION_NAMES) {
    const member = memberOf(source.root, name);
    const child = children.find(({ node }) => node === member);
    if (!member || !child) continue;
    sections[name] = sectionIn(source, name, member, child.ours.filter(({ text }) => text === MADE_SECTION).at(-1), child.comma);
  }
  const used = new Set(Object.values(sections).map(({ made }) => made));
  return { source, sections, orphans: comments.filter((one) => one.text === MADE_SECTION && !used.has(one)), ends: comments.filter(isEnd) };
}

/** Whether a section that we made holds nothing of anybody else's. */
export function holdsOnlyOurs({ source }: Inventory, { node, entries }: Section): boolean {
  if (entries.some(({ marker }) => !marker)) return false;
  const inEntry = ({ offset }: Comment): boolean => entries.some(({ node: entry }) => offset > entry.offset && offset < endOf(entry));
  return commentsBetween(source, node.offset, endOf(node)).every((comment) => isOurs(comment) || inEntry(comment));
}
