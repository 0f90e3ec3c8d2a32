import { getNodeValue, type Node } from "jsonc-parser";
import { MistakesError } from "../../errors";
import { oneLine } from "../../text";
import type { PolicyEntries } from "../policy";
import { rowOf, textsOf } from "./entries";
import { position } from "./layout";
import { takeInventory } from "./owned";
import { coversPort, coversTag, destinationOf, isEverybody, sourceHolds } from "./reach";
import { foreignRules, hostsOf, type Rule } from "./rules";
import { keyOf, memberOf, valueOf } from "./shape";
import { readPolicy } from "./source";

type Groups = Readonly<Record<string, readonly string[]>>;

function membersOf(root: Node, section: string): Groups {
  const found = memberOf(root, section);
  const node = found && valueOf(found);
  if (node?.type !== "object") return {};
  return Object.fromEntries((node.children ?? []).map((one) => [keyOf(one), textsOf(getNodeValue(valueOf(one)))]));
}

/** Something that our tests say nobody of that name may do. */
interface Denied {
  readonly src: string;
  readonly tag: string;
  readonly port: number;
}

const deniedBy = ({ tests }: PolicyEntries): Denied[] =>
  tests.flatMap(({ src, deny = [] }) =>
    deny.map((target) => {
      const { host, ports } = destinationOf(target);
      return { src, tag: host, port: Number(ports) };
    }),
  );

/** The rule with our nodes taken out of it, as text to paste; undefined when nothing is left. */
function narrowed({ node }: Rule, denied: readonly Denied[], tags: readonly string[]): string | undefined {
  const row = getNodeValue(node) as Record<string, unknown>;
  const { src, dst, ip } = rowOf(node);
  const [sources, targets] = [new Set(denied.map((one) => one.src)), new Set(denied.map(({ tag }) => tag))];
  const own = new Set([...sources, ...targets].filter((one) => one.startsWith("tag:")));
  const others = tags.filter((tag) => !own.has(tag));
  const replace = (party: string, drop: ReadonlySet<string>): string[] => {
    if (drop.has(party)) return [];
    if (party === "autogroup:tagged") return others;
    return isEverybody(party) ? ["autogroup:member", ...others] : [party];
  };
  const from = [...new Set(textsOf(src).flatMap((one) => replace(one, new Set([...own]))))];
  const isGrant = ip !== undefined;
  const to = textsOf(dst).flatMap((one) => {
    const { host, ports } = isGrant ? { host: one, ports: "" } : destinationOf(one);
    return replace(host, targets).map((party) => (isGrant ? party : `${party}:${ports}`));
  });
  if (from.length === 0 || to.length === 0) return undefined;
  const kept = Object.entries(row).filter(([key]) => !["src", "dst", "users", "ports"].includes(key.toLowerCase()));
  const fields = { src: from, dst: [...new Set(to)], ...Object.fromEntries(kept) };
  const inline = Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value).replace(/","/g, '", "')}`);
  return `{${inline.join(", ")}},`;
}

/**
 * Which rules of others break our tests of what nobody may reach, by the policy's own text: for each its place, the tests,
 * and a narrower rule to paste. No line when no such rule is there.
 */
export function explainTests(current: string, wanted: PolicyEntries): string[] {
  const denied = deniedBy(wanted);
  if (denied.length === 0) return [];
  try {
    const inventory = takeInventory(readPolicy(current.trim() === "" ? "{}" : current), wanted.owner);
    const { text, root } = inventory.source;
    const [hosts, groups] = [hostsOf(root), membersOf(root, "groups")];
    const tags = Object.keys(membersOf(root, "tagOwners"));
    const lines = foreignRules(inventory).flatMap((rule) => {
      const opens = ({ src, tag, port }: Denied): boolean =>
        rule.src.some((source) => sourceHolds(hosts[source] ?? source, src, groups) !== "no") &&
        rule.opens.some(({ host, ports }) => coversTag(hosts[host] ?? host, tag) && coversPort(ports, port));
      const broken = denied.filter(opens);
      if (broken.length === 0) return [];
      const paste = narrowed(rule, denied, tags);
      return [
        `"${rule.name}" (${position(text, rule.node.offset)}), ${rule.text}, breaks ${broken.length} of our tests: ${broken.map(({ src, tag, port }) => `${src} must not reach ${tag}:${port}`).join(", ")}`,
        paste === undefined ? `take ${rule.name} out: our grants say all that it is needed for` : `narrow it, for example to ${paste} and add networks behind subnet routers if it is needed for them`,
      ];
    });
    return lines.length === 0 ? [] : [...lines, "or keep the rule, and set TS_POLICY_DENY_TESTS=false: our lines go in without the tests of what nobody may reach"].map(oneLine);
  } catch (error) {
    if (error instanceof MistakesError) return [];
    throw error;
  }
}
