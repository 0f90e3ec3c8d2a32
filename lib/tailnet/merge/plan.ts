import { SECTION_NAMES, valueKey, type SectionName, type WantedEntry } from "./entries";
import { entryName } from "../policy/entry";
import type { FileEntry, Inventory, Section } from "./owned";

interface Pair {
  readonly entry: FileEntry;
  readonly wanted: WantedEntry;
}

/** What has to happen in one section. */
export interface SectionPlan {
  readonly name: SectionName;
  readonly section?: Section;
  /** ours, with the content they have to get */
  readonly change: readonly Pair[];
  /** ours and no longer wanted; one that another deployment needs loses our marker only */
  readonly drop: readonly FileEntry[];
  /** not there; `after` is the entry of ours that comes before it */
  readonly add: readonly { readonly wanted: WantedEntry; readonly after?: FileEntry }[];
  /** another deployment's member of tagOwners that we need too: it gets our marker beside theirs */
  readonly join: readonly Pair[];
  /** ours from before deployments had names: the marker gets ours */
  readonly rename: readonly Pair[];
  /** somebody else's entry that goes by the same name and says something else */
  readonly differ: readonly Pair[];
}

function planSection(name: SectionName, section: Section | undefined, wanted: readonly WantedEntry[]): SectionPlan {
  const entries = section?.entries ?? [];
  const ours = new Set(entries.filter(({ marker }) => marker));
  // What another deployment put there is not for us to rely on: it goes when that one goes.
  const rest = entries.filter(({ marker }) => !marker).map((entry) => ({ entry, value: valueKey(name, entry.node) }));
  const foreign = rest.filter(({ entry }) => entry.others.length === 0);
  const plan = { change: [] as Pair[], add: [] as { wanted: WantedEntry; after?: FileEntry }[], join: [] as Pair[], rename: [] as Pair[], differ: [] as Pair[] };
  let after: FileEntry | undefined;

  /** @returns whether an entry of ours stands for it */
  const keepsOwn = (one: WantedEntry, called: string): boolean => {
    const own = [...ours].filter((entry) => entry.name === called).sort((a, b) => Number(a.unnamed) - Number(b.unnamed))[0];
    if (own === undefined) return false;
    const same = valueKey(name, own.node) === one.value;
    const shared = own.others.length > 0;
    // A row that another deployment holds too is left to it, and ours is put beside it.
    if (shared && !same && name !== "tagOwners") return false;
    ours.delete(own);
    after = own;
    if (!same) plan[shared ? "differ" : "change"].push({ entry: own, wanted: one });
    if (own.unnamed && (same || shared)) plan.rename.push({ entry: own, wanted: one });
    return true;
  };

  for (const one of wanted) {
    const called = entryName(one.title);
    if (keepsOwn(one, called)) continue;
    const namesakes = foreign.filter(({ entry }) => entry.name === called);
    // A row says everything itself, a member of tagOwners only with its name.
    if ((name === "tagOwners" ? namesakes : foreign).some(({ value }) => value === one.value)) continue;
    plan.differ.push(...namesakes.map(({ entry }) => ({ entry, wanted: one })));
    // A tag has one entry only: what the policy says about it may stay, or is refused.
    const shared = name === "tagOwners" ? rest.find(({ entry }) => entry.others.length > 0 && entry.name === called) : undefined;
    if (shared !== undefined) {
      plan.join.push({ entry: shared.entry, wanted: one });
      if (shared.value !== one.value) plan.differ.push({ entry: shared.entry, wanted: one });
    } else if (name !== "tagOwners" || namesakes.length === 0) plan.add.push({ wanted: one, after });
  }
  return { name, section, ...plan, drop: [...ours] };
}

/** What it takes to make the file hold what is wanted, and nothing of ours besides. */
export const planEdit = ({ sections }: Inventory, wanted: Readonly<Record<SectionName, readonly WantedEntry[]>>): SectionPlan[] =>
  SECTION_NAMES.map((name) => planSection(name, sections[name], wanted[name]));
