import { MistakesError } from "../../errors";
import { POLICY_MARKER } from "../policy/entry";
import type { SectionName, WantedEntry } from "./entries";
import { commentsBetween, endOf, holdsOnlyOurs, isOurs, takeInventory, type FileEntry, type Inventory } from "./owned";
import { planEdit } from "./plan";
import { readPolicy } from "./source";

/** An entry that somebody else needs, whether or not we do. */
const isOthers = ({ marker, others }: FileEntry): boolean => !marker || others.length > 0;

/** Everything that is not ours, each piece byte for byte and in its order: members, entries, comments. */
function foreignPieces(inventory: Inventory): string[] {
  const { source, sections, foreign } = inventory;
  const found = Object.values(sections);
  const piece = ({ offset, length }: { offset: number; length: number }): string => source.text.slice(offset, offset + length);
  const members = (source.root.children ?? []).flatMap((member) => {
    const section = found.find((one) => one.member === member);
    if (!section) return [piece(member)];
    if (section.made && holdsOnlyOurs(inventory, section)) return [];
    return [section.name, ...section.entries.filter(isOthers).map(({ node }) => piece(node))];
  });
  const ours = found.flatMap(({ entries }) => entries.filter((entry) => !isOthers(entry)).map(({ node }) => node));
  const inside = new Set(ours.flatMap((node) => commentsBetween(source, node.offset, endOf(node))));
  const comments = source.comments.filter((comment) => (!isOurs(comment) || foreign.has(comment)) && !inside.has(comment));
  return [...members, ...comments.map(({ offset, end }) => source.text.slice(offset, end))];
}

/**
 * Reads the edited text back: everything of others is there as it was, and ours is what is wanted.
 * @throws MistakesError when it is not, so that nothing is written
 */
export function refuseLoss(before: Inventory, text: string, wanted: Readonly<Record<SectionName, readonly WantedEntry[]>>): void {
  const after = takeInventory(readPolicy(text), before.owner);
  const [had, has] = [foreignPieces(before), foreignPieces(after)];
  const kept = had.length === has.length && had.every((piece, index) => piece === has[index]);
  const complete = planEdit(after, wanted).every((plan) => [plan.add, plan.change, plan.drop, plan.join, plan.rename].every(({ length }) => length === 0));
  if (kept && complete) return;
  throw new MistakesError([
    "tailnet policy: our entries cannot be put into it or taken out without touching others, so it was left as it is; " +
      `move the comments that begin with ${POLICY_MARKER} back above their entries, or edit the policy by hand`,
  ]);
}
