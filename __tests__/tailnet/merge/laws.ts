import { isDeepStrictEqual } from "node:util";
import { parse, visit, type ParseError } from "jsonc-parser";
import { mergePolicy, removePolicy, type MergeResult } from "../../../lib/tailnet/merge";
import { tailnetPolicy, type PolicyEntries } from "../../../lib/tailnet/policy";
import { makeWire } from "../../../lib/wire";
import { LARGE, deployment } from "../../deployment";

/** What the contract makes of an `.env`. */
export function entriesOf(overrides: Readonly<Record<string, string | undefined>>): PolicyEntries {
  const one = deployment(overrides);
  return tailnetPolicy(one, makeWire(one));
}

/** What some deployments want: few entries, many, and the many with another wire. */
export const wants = () => {
  const [small, large, edited] = [entriesOf({}), entriesOf(LARGE), entriesOf({ ...LARGE, PUBLIC_LINES: "smtp,submissions", TAILNET_LINES: "imap,pop3s", ADMIN_VHOST: undefined })];
  const [[tag, owners]] = Object.entries(small.tagOwners);
  return { small, large, edited, quiet: { ...small, tests: [] }, least: { tagOwners: { [tag]: owners }, grants: small.grants.slice(0, 1), tests: [], notes: {} } };
};

type Value = Readonly<Record<string, unknown>>;

/** Reads HuJSON, of which jsonc-parser's own tolerance leaves an error for everything that is wrong. */
export function strictly(text: string): Value {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ""), errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error(`not HuJSON: ${JSON.stringify(errors[0])} in\n${text}`);
  return value as Value;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const section = (value: Value, name: string): unknown => Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
const OURS = ["tagowners", "grants", "tests"];

/** Lists in one order, with the names a row's keys have now. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => {
    if (Array.isArray(one)) return one.map((item) => JSON.stringify(item)).sort();
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key.toLowerCase(), item] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** What the policy has to say afterwards: everybody's entries and ours, an entry that is there already only once. */
export function union(before: Value, { tagOwners, grants, tests }: PolicyEntries): Value {
  const others = Object.entries(before).filter(([key]) => !OURS.includes(key.toLowerCase()));
  const rows = (name: string, ours: readonly unknown[]): string[] => {
    const there = ((section(before, name) ?? []) as unknown[]).map(canonical);
    return [...there, ...ours.map(canonical).filter((one) => !there.includes(one))].sort();
  };
  const { owners, ...lists } = { owners: { ...tagOwners, ...(section(before, "tagOwners") as object) }, grants: rows("grants", grants), tests: rows("tests", tests) };
  return plain({ others: Object.fromEntries(others), tagOwners: owners, ...lists }) as Value;
}

/** The same view of a policy that was merged. */
const view = (text: string): Value => union(strictly(text), { tagOwners: {}, grants: [], tests: [], notes: {} });

export const commentsIn = (text: string): string[] => {
  const found: string[] = [];
  visit(text.replace(/^\uFEFF/, " "), { onComment: (offset, length) => void found.push(text.slice(offset, offset + length).trim()) }, { allowTrailingComma: true });
  return found;
};

/** Whether one text is the other with pieces taken out. */
export function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function must(holds: boolean, law: string, ...texts: string[]): void {
  if (!holds) throw new Error(`${law}\n${texts.map((text) => `--------\n${text}`).join("\n")}`);
}

/** Merges into a policy that has nothing of ours by its marker, and holds every law to it. */
export function obeyed(before: string, wanted: PolicyEntries): MergeResult {
  const after = mergePolicy(before, wanted, { allowFirstRule: true });
  const blank = before.trim() === "";
  must(isDeepStrictEqual(view(after.text), union(blank ? {} : strictly(before), wanted)), "says what both say", before, after.text);
  must(isWithin(before, after.text), "keeps every byte in its order", before, after.text);
  const others = commentsIn(after.text);
  must(commentsIn(before).every((comment) => others.includes(comment)), "keeps every comment", before, after.text);
  must(after.changed === (after.text !== before), "knows whether it changed anything", before, after.text);
  const again = mergePolicy(after.text, wanted);
  must(again.text === after.text && !again.changed && again.added.length + again.removed.length === 0, "changes nothing the second time", after.text, again.text);
  const gone = removePolicy(after.text);
  must(gone.text === before, "comes out as it went in", before, after.text, gone.text);
  must(gone.removed.length === after.added.length, "says what it took out", after.text);
  return after;
}

/** What a policy says without us, sections of ours without entries left out. */
export const othersIn = (text: string): unknown => (text.trim() === "" ? {} : view(text));

/** The laws that matter most, for many policies in little time: valid, nothing lost, and back again. */
export function survives(before: string, wanted: PolicyEntries): boolean {
  const { text } = mergePolicy(before, wanted, { allowFirstRule: true });
  strictly(text);
  return isWithin(before, text) && removePolicy(text).text === before;
}
