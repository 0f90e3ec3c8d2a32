import { MistakesError } from "../../errors";
import { oneLine } from "../../text";
import type { Wire } from "../../wire";
import type { PolicyEntries } from "../policy";
import { labelOf, wantedEntries } from "./entries";
import { isBlank } from "./merge";
import { takeInventory, type FileEntry, type Inventory } from "./owned";
import { foreignOwners } from "./owners";
import { planEdit, type SectionPlan } from "./plan";
import { settingFindings } from "./settings";
import { readPolicy } from "./source";
import type { PolicyFinding } from "./types";
import { widenings } from "./widened";

function entryFindings({ source }: Inventory, plans: readonly SectionPlan[], tagOwners: PolicyEntries["tagOwners"]): PolicyFinding[] {
  const at = ({ node }: FileEntry): string => `line ${source.text.slice(0, node.offset).split("\n").length}`;
  const changed = (what: string): PolicyFinding => ({ kind: "changed", what });
  const owned = foreignOwners(plans, tagOwners);
  return plans.flatMap(({ name, add, change, drop, differ }) => [
    ...add.map(({ wanted }): PolicyFinding => {
      // Without its comment, an entry of ours that somebody changed looks like somebody else's.
      const other = differ.find(({ wanted: one }) => one === wanted);
      return other ? changed(`${wanted.label} is not there; ${at(other.entry)} has ${labelOf(name, other.entry.node)}`) : { kind: "missing", what: wanted.label };
    }),
    ...change.map(({ entry, wanted }) => changed(`${wanted.label} is now ${labelOf(name, entry.node)} (${at(entry)})`)),
    ...drop.map((entry) => changed(`${labelOf(name, entry.node)} (${at(entry)}) is ours and no longer wanted`)),
    ...(name === "tagOwners" ? owned.map(({ entry, wanted }) => changed(`${labelOf(name, entry.node)} (${at(entry)}); it has to be owned by ${wanted.join(", ")}`)) : []),
  ]);
}

/** Names in a policy are somebody else's text. */
const onOneLine = (finding: PolicyFinding): PolicyFinding => ({ ...finding, what: oneLine(finding.what) });

/**
 * How the live policy differs from ours, as one line for each difference; none when it holds everything of ours and no rule
 * of others reaches what is ours.
 * @param accepted rules of others that may stay as they are, as TS_POLICY_ACCEPT names them
 */
export function comparePolicy(current: string, wanted: PolicyEntries, wire: Wire, accepted: readonly string[] = []): readonly PolicyFinding[] {
  try {
    const inventory = takeInventory(readPolicy(isBlank(current) ? "{}" : current), wanted.owner);
    const plans = planEdit(inventory, wantedEntries(wanted));
    const tags = [wire.mailbox.tag, ...wire.edges.map(({ tag }) => tag)];
    return [...entryFindings(inventory, plans, wanted.tagOwners), ...widenings(inventory, wire, accepted), ...settingFindings(inventory.source, tags)].map(onOneLine);
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes.map((what) => onOneLine({ kind: "unreadable", what }));
    throw error;
  }
}
