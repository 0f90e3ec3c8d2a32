import { getNodeValue } from "jsonc-parser";
import type { PolicySections } from "../policy";
import { textsOf } from "./entries";
import { position } from "./layout";
import type { FileEntry } from "./owned";
import type { SectionPlan } from "./plan";
import { valueOf } from "./shape";
import type { Source } from "./source";

const people = (owners: readonly string[]): string => (owners.length === 0 ? "nobody" : owners.join(", "));

/** Our tags whose owners, by somebody else's entry, leave out one of ours. What such an entry says beyond ours may stay. */
export function foreignOwners(plans: readonly SectionPlan[], tagOwners: PolicySections["tagOwners"]) {
  return plans
    .filter(({ name }) => name === "tagOwners")
    .flatMap(({ differ }) => differ)
    .map(({ entry }) => ({ entry, tag: entry.name, wanted: tagOwners[entry.name], has: textsOf(getNodeValue(valueOf(entry.node))) }))
    .filter(({ wanted, has }) => wanted.some((owner) => !has.includes(owner)));
}

const deployments = ({ others }: FileEntry): string => (others.length === 0 ? "" : `, of deployment ${others.map((one) => one || "without a name").join(", ")}`);

/** One line for each of our tags that belongs to somebody else. */
export function ownerMistakes({ text }: Source, plans: readonly SectionPlan[], tagOwners: PolicySections["tagOwners"]): string[] {
  return foreignOwners(plans, tagOwners).map(
    ({ entry, tag, wanted, has }) =>
      `tailnet policy: ${tag} belongs to ${people(has)} there (${position(text, entry.node.offset)}${deployments(entry)}) and to ${people(wanted)} here; ` +
      `add ${people(wanted)} to its owners there, or set TAILNET_ADMINS to ${has.length === 0 ? "whom you want" : people(has)}, or use another tag`,
  );
}
