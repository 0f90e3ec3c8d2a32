import type { Node } from "jsonc-parser";
import type { PolicyOwner } from "../policy";
import { POLICY_MARKER, entryName, readMarker } from "../policy/entry";
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
  /** that comment is from before deployments had names */
  readonly unnamed: boolean;
  /** names of other deployments that have a comment above it too; "" for one without a name */
  readonly others: readonly string[];
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
  readonly owner: Owner;
  readonly sections: Readonly<Partial<Record<SectionName, Section>>>;
  /** markers of other deployments */
  readonly foreign: ReadonlySet<Comment>;
  /** at the top level */
  readonly orphans: readonly Comment[];
  readonly ends: readonly Comment[];
}

/** Whose entries an inventory is about: one deployment's, or those of all. */
export type Owner = PolicyOwner | "all";

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

/** Whether any deployment of ours wrote a comment. */
export const isOurs = ({ text }: Comment): boolean => readMarker(text) !== undefined;

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

const nameIn = ({ text }: Comment): string => entryName(readMarker(text)?.says ?? "");
const deploymentIn = ({ text }: Comment): string | undefined => readMarker(text)?.deployment;

/** Whether an entry without a deployment's name fits a deployment: `text` is the entry, or what its marker says. */
function fits({ mailbox, tags }: PolicyOwner, section: SectionName, name: string, text: string): boolean {
  if (section === "tagOwners") return tags?.includes(name) ?? true;
  return mailbox === undefined || text.split(/[", ]/).some((word) => word === mailbox || word.startsWith(`${mailbox}:`));
}

function isMine(owner: Owner, section: SectionName, comment: Comment, text: string): boolean {
  if (owner === "all") return true;
  const deployment = deploymentIn(comment);
  return deployment === undefined ? fits(owner, section, nameIn(comment), text) : deployment === owner.name;
}
const isEnd = ({ text }: Comment): boolean => text === END;

/** Where in the policy a section is. */
interface SectionPlace {
  readonly member: Node;
  readonly made: Comment | undefined;
  readonly comma: number | undefined;
}

function sectionIn(source: Source, owner: Owner, name: SectionName, { member, made, comma }: SectionPlace, foreign: Set<Comment>): Section {
  const node = valueOf(member);
  const { children, rest } = gaps(source, node);
  const comments = [...children.flatMap(({ ours }) => ours), ...rest];
  const entries = children.map(({ node: child, ours, comma: after }): FileEntry => {
    const entry = nameOf(name, child);
    const about = ours.filter((comment) => nameIn(comment) === entry);
    const text = source.text.slice(child.offset, endOf(child));
    const mine = about.filter((comment) => isMine(owner, name, comment, text));
    const theirs = about.filter((comment) => !mine.includes(comment));
    theirs.forEach((comment) => foreign.add(comment));
    const named = mine.filter((comment) => deploymentIn(comment) !== undefined);
    const marker = named.at(-1) ?? mine.at(-1);
    const unnamed = marker !== undefined && owner !== "all" && deploymentIn(marker) !== owner.name;
    return { node: child, name: entry, marker, unnamed, others: [...new Set(theirs.map((one) => deploymentIn(one) ?? ""))], comma: after };
  });
  const used = new Set(entries.map(({ marker }) => marker));
  const loose = comments.filter((comment) => !used.has(comment) && !foreign.has(comment) && isName(name, nameIn(comment)));
  const orphans = loose.filter((comment) => isMine(owner, name, comment, nameIn(comment)));
  loose.filter((comment) => !orphans.includes(comment)).forEach((comment) => foreign.add(comment));
  return { name, member, node, entries, orphans, ends: comments.filter(isEnd), made, comma };
}

/** Finds what is ours: entries by a marker that names them and their deployment, sections and ends by theirs. */
export function takeInventory(source: Source, owner: Owner = {}): Inventory {
  const foreign = new Set<Comment>();
  const { children, rest } = gaps(source, source.root);
  const comments = [...children.flatMap(({ ours }) => ours), ...rest];
  const sections: Partial<Record<SectionName, Section>> = {};
  for (const name of SECTION_NAMES) {
    const member = memberOf(source.root, name);
    const child = children.find(({ node }) => node === member);
    if (!member || !child) continue;
    const made = child.ours.filter(({ text }) => text === MADE_SECTION).at(-1);
    sections[name] = sectionIn(source, owner, name, { member, made, comma: child.comma }, foreign);
  }
  const used = new Set(Object.values(sections).map(({ made }) => made));
  return { source, owner, sections, foreign, orphans: comments.filter((one) => one.text === MADE_SECTION && !used.has(one)), ends: comments.filter(isEnd) };
}

/** Whether a section that we made holds nothing of anybody else's. */
export function holdsOnlyOurs({ source, foreign }: Inventory, { node, entries }: Section): boolean {
  if (entries.some(({ marker, others }) => !marker || others.length > 0)) return false;
  const inEntry = ({ offset }: Comment): boolean => entries.some(({ node: entry }) => offset > entry.offset && offset < endOf(entry));
  return commentsBetween(source, node.offset, endOf(node)).every((comment) => (isOurs(comment) && !foreign.has(comment)) || inEntry(comment));
}
