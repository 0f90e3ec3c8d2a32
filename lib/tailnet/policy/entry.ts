import type { PolicyEntries, PolicyGrant, PolicyTest } from "./types";

/** Begins every comment of ours: a later run, and a person, find our entries by it. */
export const POLICY_MARKER = "tailwart:";

/** Begins the comment above an entry of a deployment: `tailwart[name]:`. */
export const markerOf = (deployment: string | undefined): string => (deployment === undefined ? POLICY_MARKER : `tailwart[${deployment}]:`);

/** {@link markerOf} of any deployment, as a pattern that can stand in others. */
export const ANY_MARKER = String.raw`tailwart(?:\[[^\]\r\n]*\])?:`;

/** A comment's parts, when it is one of ours: the deployment's name where it has one, and what it says. */
export function readMarker(text: string): { readonly deployment?: string; readonly says: string } | undefined {
  const [, deployment, says] = /^tailwart(?:\[([^\]\r\n]*)\])?:(.*)$/s.exec(text) ?? [];
  return says === undefined ? undefined : { deployment, says: says.trim() };
}

type Notes = PolicyEntries["notes"];
type Commented = readonly [text: string, comment?: string];

const quoted = (text: string): string => JSON.stringify(text);
const inline = (texts: readonly string[]): string => `[${texts.map(quoted).join(", ")}]`;

/** `text,  // comment` for each, with the comments below one another; the trailing comma is HuJSON's. */
export function column(items: readonly Commented[], indent: string): string[] {
  const width = Math.max(...items.map(([text]) => text.length + 1));
  return items.map(([text, note]) => `${indent}${note === undefined ? `${text},` : `${`${text},`.padEnd(width)}  // ${note}`}`);
}

const party = (principals: readonly string[], notes: Notes): string =>
  principals.map((one) => (notes[one] === undefined ? one : `${one} (${notes[one]})`)).join(", ");

// What the marker says of an entry. Without the notes in parentheses it is the entry's name, see entryName.
export const ownersTitle = (tag: string, notes: Notes): string => party([tag], notes);
export const grantTitle = ({ src, dst }: Pick<PolicyGrant, "src" | "dst">, notes: Notes): string => `${party(src, notes)} -> ${party(dst, notes)}`;
export const testTitle = ({ src }: Pick<PolicyTest, "src">, notes: Notes): string => `what ${party([src], notes)} can and cannot reach`;

/** The name of the entry that a title is about: the title without its notes. */
export const entryName = (title: string): string => title.replace(/ \([^)]*\)/g, "");

/** `"tag:name": ["owner"]` */
export const ownersText = (tag: string, owners: readonly string[]): string => `${quoted(tag)}: ${inline(owners)}`;

/** The grant as HuJSON, two blanks a level, without a comma after it. */
export function grantLines(grant: PolicyGrant, notes: Notes): string[] {
  const ports = grant.ip.map((item): Commented => [quoted(item), notes[item.replace("tcp", grant.dst[0])]]);
  return ["{", `  "src": ${inline(grant.src)},`, `  "dst": ${inline(grant.dst)},`, '  "ip": [', ...column(ports, "    "), "  ],", "}"];
}

/** The test as HuJSON, two blanks a level, without a comma after it. */
export function testLines(test: PolicyTest, notes: Notes): string[] {
  const list = (key: "accept" | "deny"): string[] => {
    const targets = (test[key] ?? []).map((target): Commented => [quoted(target), notes[target]]);
    return targets.length === 0 ? [] : [`  "${key}": [`, ...column(targets, "    "), "  ],"];
  };
  return ["{", `  "src": ${quoted(test.src)},`, `  "proto": ${quoted(test.proto)},`, ...list("accept"), ...list("deny"), "}"];
}
