import { refuseIfAny } from "../../errors";
import { oneLine } from "../../text";
import type { PolicyEntries, PolicyOwner } from "../policy";
import { POLICY_MARKER } from "../policy/entry";
import { wantedEntries, type SectionName, type WantedEntry } from "./entries";
import { applyEdits } from "./edits";
import { editsOf, labelsOf } from "./edit";
import { lineBreak } from "./layout";
import { takeInventory, type Inventory, type Owner } from "./owned";
import { planEdit, type SectionPlan } from "./plan";
import { refuseLoss } from "./proof";
import { ownerMistakes } from "./owners";
import { memberOf } from "./shape";
import { settingFindings } from "./settings";
import { readPolicy } from "./source";
import type { MergeOptions, MergeResult } from "./types";

type Wanted = Readonly<Record<SectionName, readonly WantedEntry[]>>;

const NOTHING: Wanted = { tagOwners: [], grants: [], tests: [] };

/** Above a policy that was not there before. */
const MADE_FILE = `// ${POLICY_MARKER} made this file`;
const MADE_AND_EMPTY = new RegExp(`${MADE_FILE}\\r?\\n\\{\\}\\r?\\n$`);

/** What a control server without a policy answers with. */
export const isBlank = (text: string): boolean => /^\uFEFF?[ \t\r\n]*$/.test(text);

function edited(current: string, owner: Owner, wanted: Wanted, check: (inventory: Inventory, plans: readonly SectionPlan[]) => void): MergeResult {
  const nl = lineBreak({ text: current });
  const inventory = takeInventory(readPolicy(isBlank(current) ? `${current}${MADE_FILE}${nl}{}${nl}` : current), owner);
  const plans = planEdit(inventory, wanted);
  check(inventory, plans);
  const text = applyEdits(inventory.source, editsOf(inventory, plans)).replace(MADE_AND_EMPTY, "");
  if (text !== current && !isBlank(text)) refuseLoss(inventory, text, wanted);
  return { text, changed: text !== current, ...labelsOf(plans), ...others(inventory, plans), ...warningsOf(inventory) };
}

function warningsOf({ source, owner }: Inventory): Pick<MergeResult, "warnings"> {
  const tags = owner === "all" ? [] : (owner.tags ?? []);
  const found = settingFindings(source, tags).map(({ what }) => oneLine(what));
  return tags.length > 0 && found.length > 0 ? { warnings: found } : {};
}

/** What other deployments have there, and what of ours got its name. */
function others({ sections }: Inventory, plans: readonly SectionPlan[]): Pick<MergeResult, "named" | "others"> {
  const counts = new Map<string, number>();
  for (const name of Object.values(sections).flatMap(({ entries }) => entries.flatMap((entry) => entry.others))) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = plans.flatMap(({ rename }) => rename).length;
  return { ...(counts.size > 0 ? { others: Object.fromEntries(counts) } : {}), ...(named > 0 ? { named } : {}) };
}

/** Our first grant in a policy without rules, where everybody reaches everything until then. */
function firstRuleMistakes({ source: { root } }: Inventory, plans: readonly SectionPlan[]): string[] {
  const first = plans.some(({ name, add }) => name === "grants" && add.length > 0);
  if (!first || memberOf(root, "grants") || memberOf(root, "acls")) return [];
  return [
    'tailnet policy: it has neither "grants" nor "acls", so everybody reaches everything, and our first grant would end that ' +
      "for the whole tailnet; put the rules that people need into it first, or set TS_POLICY_FIRST_RULE=true",
  ];
}

/**
 * Puts our entries into a policy file and takes out those that are ours and no longer wanted. Every other byte stays, and a
 * second run changes nothing. `current` is the file as the control server has it, blank when it has none.
 * @throws MistakesError when the file cannot be read safely, when one of our tags belongs to somebody else, or when our first
 * grant would end a policy that allows everything
 */
export function mergePolicy(current: string, wanted: PolicyEntries, { allowFirstRule = false }: MergeOptions = {}): MergeResult {
  return edited(current, wanted.owner ?? {}, wantedEntries(wanted), (inventory, plans) =>
    refuseIfAny([...ownerMistakes(inventory.source, plans, wanted.tagOwners), ...(allowFirstRule ? [] : firstRuleMistakes(inventory, plans))]),
  );
}

/**
 * Takes out exactly what {@link mergePolicy} put in: after the two, the file is byte for byte as it was. What other
 * deployments have there stays.
 * @param owner whose entries @default those of all deployments
 * @throws MistakesError when the file cannot be read safely
 */
export const removePolicy = (current: string, owner: PolicyOwner | "all" = "all"): MergeResult =>
  edited(current, owner, NOTHING, () => undefined);
