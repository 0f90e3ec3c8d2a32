import { markerOf } from "../policy/entry";
import { labelOf, type WantedEntry } from "./entries";
import { deletion, insertion, type Edit } from "./edits";
import { anchorIn, breakBefore, indentIn, indentOf, levelOf, lineBreak, restOfLine } from "./layout";
import { END, MADE_SECTION, endOf, holdsOnlyOurs, type FileEntry, type Inventory, type Section } from "./owned";
import type { SectionPlan } from "./plan";
import type { Comment, Source } from "./source";

/** Takes a comment out, with its line when it has one for itself. */
const withoutComment = (source: Source, comment: Comment): Edit => deletion(breakBefore(source, comment.offset), comment.end);

/** Takes an entry out with the comma after it, and with its line; comments between the two stay. */
function withoutEntry(source: Source, node: { offset: number; length: number }, comma: number | undefined): Edit[] {
  const [start, end] = [breakBefore(source, node.offset), node.offset + node.length];
  if (comma === undefined) return [deletion(start, end)];
  return source.text.slice(end, comma).trim() === "" ? [deletion(start, comma + 1)] : [deletion(start, end), deletion(comma, comma + 1)];
}

/** Takes an end out and puts what follows it behind what comes before it. */
function withoutEnd(source: Source, comment: Comment): Edit {
  const follows = /^\r?\n[ \t]*/.exec(source.text.slice(comment.end))?.[0].length ?? 0;
  return deletion(breakBefore(source, comment.offset), comment.end + follows);
}

/** Lines of ours in the indentation of this file. */
class Writer {
  private readonly nl: string;
  private readonly level: string;

  private readonly source: Source;
  private readonly marker: string;

  constructor({ source, owner }: Pick<Inventory, "source" | "owner">) {
    this.source = source;
    this.marker = markerOf(owner === "all" ? undefined : owner.name);
    this.nl = lineBreak(source);
    this.level = levelOf(source);
  }

  lines(indent: string, lines: readonly string[]): string {
    return lines.map((line) => this.nl + indent + line.replace(/^(?: {2})+/, (blanks) => this.level.repeat(blanks.length / 2))).join("");
  }

  entry(indent: string, { title, lines }: WantedEntry): string {
    return `${this.lines(indent, [`// ${this.marker} ${title}`, ...lines])},`;
  }

  /** A whole section, of which the level is the top one. */
  section(indent: string, { name, add }: SectionPlan): string {
    const [open, close] = name === "tagOwners" ? ["{", "}"] : ["[", "]"];
    const entries = add.map(({ wanted }) => this.entry(indent + this.level, wanted)).join("");
    return `${this.lines(indent, [`// ${MADE_SECTION}`, `"${name}": ${open}`])}${entries}${this.lines(indent, [`${close},`])}`;
  }

  /** Puts text of ours at the beginning of a container. */
  into(container: { node: Section["node"]; indent: string }, text: string): Edit {
    const { offset, inline } = anchorIn(this.source, container.node);
    if (!inline) return insertion(offset, text);
    const closes = offset === endOf(container.node) - 1;
    const back = closes ? container.indent.slice(0, Math.max(0, container.indent.length - this.level.length)) : container.indent;
    return insertion(offset, `${text}${this.lines(container.indent, [`// ${END}`])}${this.nl}${back}`);
  }

  /** The marker and the text of an entry of ours, anew; where they stand, they stay. */
  again({ node, marker }: FileEntry, { title, lines }: WantedEntry, indent: string): Edit[] {
    const [first, ...others] = lines;
    const text = first + this.lines(indentOf(this.source, node.offset) ?? indent, others);
    const again: Edit[] = [{ offset: node.offset, end: endOf(node), text }];
    if (marker) again.push(this.renamed(marker, title));
    return again;
  }

  /** A marker of ours with our name in it. */
  renamed({ offset, end, line }: Comment, title: string): Edit {
    const note = `${this.marker} ${title}`;
    return { offset, end, text: line ? `// ${note}` : `/* ${note} */` };
  }

  /** Our marker beside that of another deployment. */
  joined({ node }: FileEntry, title: string): Edit {
    const indent = indentOf(this.source, node.offset);
    const note = `${this.marker} ${title}`;
    return insertion(node.offset, indent === undefined ? `/* ${note} */` : `// ${note}${this.nl}${indent}`);
  }
}

function editSection(inventory: Inventory, writer: Writer, plan: SectionPlan): { edits: Edit[]; gone: boolean } {
  const { source } = inventory;
  const section = plan.section as Section;
  const { node, member, made, comma, orphans, ends } = section;
  const dropped = new Set(plan.drop);
  const isGone = (entry: FileEntry): boolean => entry.others.length === 0 && (!entry.marker || dropped.has(entry));
  const empty = plan.add.length === 0 && section.entries.every(isGone);
  if (empty && made && holdsOnlyOurs(inventory, section)) return { edits: [withoutComment(source, made), ...withoutEntry(source, member, comma)], gone: true };
  const indent = indentIn(source, node);
  const edits = [
    ...orphans.map((comment) => withoutComment(source, comment)),
    ...plan.drop.flatMap((entry) => [...(entry.marker ? [withoutComment(source, entry.marker)] : []), ...(entry.others.length > 0 ? [] : withoutEntry(source, entry.node, entry.comma))]),
    ...plan.rename.flatMap(({ entry, wanted }) => (entry.marker ? [writer.renamed(entry.marker, wanted.title)] : [])),
    ...plan.join.map(({ entry, wanted }) => writer.joined(entry, wanted.title)),
    ...plan.change.flatMap(({ entry, wanted }) => writer.again(entry, wanted, indent)),
    ...(empty ? [...ends.map((comment) => withoutEnd(source, comment)), ...(made ? [withoutComment(source, made)] : [])] : []),
  ];
  const first: string[] = [];
  for (const { wanted, after } of plan.add) {
    const at = after?.comma === undefined ? undefined : restOfLine(source, after.comma + 1);
    if (at === undefined) first.push(writer.entry(indent, wanted));
    else edits.push(insertion(at, writer.entry(indent, wanted)));
  }
  if (first.length > 0) edits.push(writer.into({ node, indent }, first.join("")));
  return { edits, gone: empty };
}

/** The edits that carry out a plan. */
export function editsOf(inventory: Inventory, plans: readonly SectionPlan[]): Edit[] {
  const { source, orphans, ends } = inventory;
  const writer = new Writer(inventory);
  const edits = orphans.map((comment) => withoutComment(source, comment));
  let made = false;
  for (const plan of plans.filter(({ section }) => section)) {
    const { edits: some, gone } = editSection(inventory, writer, plan);
    edits.push(...some);
    if (plan.section?.made && !gone) made = true;
  }
  const missing = plans.filter(({ section, add }) => !section && add.length > 0);
  if (missing.length > 0) {
    const indent = indentIn(source, source.root);
    edits.push(writer.into({ node: source.root, indent }, missing.map((plan) => writer.section(indent, plan)).join("")));
  } else if (!made) edits.push(...ends.map((comment) => withoutEnd(source, comment)));
  return edits;
}

/** What a plan adds and takes out, for a person. */
export function labelsOf(plans: readonly SectionPlan[]): { added: string[]; removed: string[] } {
  return {
    added: plans.flatMap(({ add, change }) => [...change, ...add].map(({ wanted }) => wanted.label)),
    removed: plans.flatMap(({ name, change, drop }) => [...change.map(({ entry }) => entry), ...drop.filter(({ others }) => others.length === 0)].map(({ node }) => labelOf(name, node))),
  };
}
