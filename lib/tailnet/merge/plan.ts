import { SECTION_NAMES, valueKey, type SectionName, type WantedEntry } from "./entries";
import { entryName } from "../policy/entry";
import type { FileEntry, Inventory, Section } from "./owned";

/** What has to happen in one section. */
export interface SectionPlan {
  readonly name: SectionName;
  readonly section?: Section;
  /** ours, with the content they have to get */
  readonly change: readonly { readonly entry: FileEntry; readonly wanted: WantedEntry }[];
  /** ours and no longer wanted */
  readonly drop: readonly FileEntry[];
  /** not there; `after` is the entry of ours that comes before it */
  readonly add: readonly { readonly wanted: WantedEntry; readonly after?: FileEntry }[];
  /** somebody else's entry that goes by the same name and says something else */
  readonly differ: readonly { readonly entry: FileEntry; readonly wanted: WantedEntry }[];
}

function planSection(name: SectionName, section: Section | undefined, wanted: readonly WantedEntry[]): SectionPlan {
  const entries = section?.entries ?? [];
  const ours = new Set(entries.filter(({ marker }) => marker));
  const others = entries.filter(({ marker }) => !marker).map((entry) => ({ entry, value: valueKey(name, entry.node) }));
  const change: { entry: FileEntry; wanted: WantedEntry }[] = [];
  const add: { wanted: WantedEntry; after?: FileEntry }[] = [];
  const differ: { entry: FileEntry; wanted: WantedEntry }[] = [];
  let after: FileEntry | undefined;
  for (const one of wanted) {
    const called = entryName(one.title);
    const own = [...ours].find((entry) => entry.name === called);
    if (own) {
      ours.delete(own);
      after = own;
      if (valueKey(name, own.node) !== one.value) change.push({ entry: own, wanted: one });
      continue;
    }
    const namesakes = others.filter(({ entry }) => entry.name === called);
    // A row says everything itself, a member of tagOwners only with its name.
    if ((name === "tagOwners" ? namesakes : others).some(({ value }) => value === one.value)) continue;
    differ.push(...namesakes.map(({ entry }) => ({ entry, wanted: one })));
    // A tag has one entry only: what the policy says about it may stay, or is refused.
    if (name !== "tagOwners" || namesakes.length === 0) add.push({ wanted: one, after });
  }
  return { name, section, change, add, differ, drop: [...ours] };
}

/** What it takes to make the file hold what is wanted, and nothing of ours besides. */
export const planEdit = ({ sections }: Inventory, wanted: Readonly<Record<SectionName, readonly WantedEntry[]>>): SectionPlan[] =>
  SECTION_NAMES.map((name) => planSection(name, sections[name], wanted[name]));
