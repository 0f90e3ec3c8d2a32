import { getNodeValue, type Node } from "jsonc-parser";
import { entryName, grantLines, grantTitle, ownersText, ownersTitle, testLines, testTitle } from "../policy/entry";
import type { PolicyEntries } from "../policy";
import { fold, keyOf, valueOf } from "./shape";

/** The sections that our entries go into, in the order in which they are added. */
export const SECTION_NAMES = ["tagOwners", "grants", "tests"] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** An entry that the policy has to hold. */
export interface WantedEntry {
  /** what its marker says */
  readonly title: string;
  /** its HuJSON, two blanks a level, no comma after it */
  readonly lines: readonly string[];
  /** its value, comparable with {@link valueKey} of an entry in the file */
  readonly value: string;
  /** for a person */
  readonly label: string;
}

type Row = Readonly<Record<string, unknown>>;

/** The names that a row's keys had before. */
const OLD_NAMES = new Map([["user", "src"], ["users", "src"], ["ports", "dst"], ["allow", "accept"]]);

/** A row with its keys as we write them. */
export function rowOf(node: Node): Row {
  const row: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const property of node.children ?? []) {
    const key = fold(keyOf(property));
    row[OLD_NAMES.get(key) ?? key] = getNodeValue(valueOf(property));
  }
  return row;
}

/** A list of texts; a lone text counts as a list of one. */
export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");

/** A value as text, the same for lists in another order. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : JSON.stringify(comparable(one)))).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, one]) => [key, comparable(one)]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
const comparableText = (value: unknown): string => JSON.stringify(comparable(value));

/** What an entry in the file says. */
export const valueKey = (section: SectionName, node: Node): string => comparableText(section === "tagOwners" ? getNodeValue(valueOf(node)) : rowOf(node));

/** What an entry in the file is about: the name that a marker of ours gives it. */
export function nameOf(section: SectionName, node: Node): string {
  if (section === "tagOwners") return keyOf(node);
  const { src, dst } = rowOf(node);
  return entryName(section === "grants" ? grantTitle({ src: textsOf(src), dst: textsOf(dst) }, {}) : testTitle({ src: textsOf(src).join(", ") }, {}));
}

/** Whether a marker names an entry at all, as opposed to telling people something. */
const NAMES: Readonly<Record<SectionName, RegExp>> = { tagOwners: /^tag:[A-Za-z0-9-]+$/, grants: / -> /, tests: /^what .+ can and cannot reach$/ };
export const isName = (section: SectionName, name: string): boolean => NAMES[section].test(name);

const label = {
  tagOwners: (tag: string, owners: readonly string[]): string => `tagOwners: ${tag}, owned by ${owners.length === 0 ? "nobody" : owners.join(", ")}`,
  grants: (name: string, ip: readonly string[]): string => `grants: ${name} (${ip.join(", ")})`,
  tests: (name: string, accept: readonly string[], deny: readonly string[]): string => `tests: ${name} (${accept.length} yes, ${deny.length} no)`,
};

/** An entry in the file, for a person. */
export function labelOf(section: SectionName, node: Node): string {
  const name = nameOf(section, node);
  if (section === "tagOwners") return label.tagOwners(name, textsOf(getNodeValue(valueOf(node))));
  const { ip, accept, deny } = rowOf(node);
  return section === "grants" ? label.grants(name, textsOf(ip)) : label.tests(name, textsOf(accept), textsOf(deny));
}

/** What the policy has to hold, section by section. */
export function wantedEntries({ tagOwners, grants, tests, notes }: PolicyEntries): Record<SectionName, WantedEntry[]> {
  return {
    tagOwners: Object.entries(tagOwners).map(([tag, owners]) => ({
      title: ownersTitle(tag, notes),
      lines: [ownersText(tag, owners)],
      value: comparableText(owners),
      label: label.tagOwners(tag, owners),
    })),
    grants: grants.map((grant) => {
      const title = grantTitle(grant, notes);
      return { title, lines: grantLines(grant, notes), value: comparableText(grant), label: label.grants(entryName(title), grant.ip) };
    }),
    tests: tests.map((test) => {
      const title = testTitle(test, notes);
      return { title, lines: testLines(test, notes), value: comparableText(test), label: label.tests(entryName(title), test.accept ?? [], test.deny ?? []) };
    }),
  };
}
