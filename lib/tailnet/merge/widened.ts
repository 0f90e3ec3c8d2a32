import { PRIVATE_PORTS, type Wire } from "../../wire";
import { memberOf } from "./shape";
import { position } from "./layout";
import type { Inventory } from "./owned";
import { EVERYBODY, coversPort, coversTag, isEverybody, withinSource } from "./reach";
import { foreignRules, hostsOf } from "./rules";
import type { PolicyFinding } from "./types";

/** A policy without rules, as TS_POLICY_ACCEPT names what it allows. */
const NO_RULES = "* -> *:*";

/** A port of ours and who may open it. */
interface Guarded {
  readonly tag: string;
  readonly port: number;
  readonly label: string;
  readonly allowed: readonly string[];
  /** the only sources that count; absent = everybody */
  readonly against?: readonly string[];
}

function guarded({ mailbox, edges, lines, grants }: Wire): Guarded[] {
  const allowed = (tag: string, port: number): string[] => grants.filter((grant) => grant.dst === tag && grant.port === port).flatMap(({ src }) => [...src]);
  const atMailbox = [...lines.map(({ name, port }) => ({ label: name as string, port })), { label: "start plan", port: PRIVATE_PORTS.recovery }];
  const edgeTags = edges.map(({ tag }) => tag);
  return [
    ...atMailbox.map(({ label, port }) => ({ tag: mailbox.tag, port, label, allowed: allowed(mailbox.tag, port) })),
    // Other programs may well use the same backends; the edge and everybody may not.
    ...grants
      .filter(({ dst }) => dst !== mailbox.tag)
      .map(({ line, dst, port }) => ({ tag: dst, port, label: line, allowed: allowed(dst, port), against: [...EVERYBODY, ...edgeTags] })),
  ];
}

/**
 * Rules of others that open a port of the mailbox to somebody whom the wire does not let there, or a backend to the edge or
 * to everybody, without those that somebody accepted. A rule for one address of the tailnet is not judged: the policy does not say whose it is.
 */
export function widenings(inventory: Inventory, wire: Wire, accepted: readonly string[] = []): PolicyFinding[] {
  const { text, root } = inventory.source;
  const widened = (what: string, accept: string): PolicyFinding => ({ kind: "widened", what, accept });
  if (!memberOf(root, "grants") && !memberOf(root, "acls")) 
    return accepted.includes(NO_RULES) ? [] : [widened('there is neither "grants" nor "acls", so everybody reaches everything', NO_RULES)];
  const hosts = hostsOf(root);
  const all = guarded(wire);
  return foreignRules(inventory).flatMap(({ node, name, src, opens, text: rule }) => {
    if (accepted.includes(rule)) return [];
    const lets = new Map<string, string[]>();
    for (const { tag, port, label, allowed, against } of all) {
      if (!opens.some(({ host, ports }) => coversTag(hosts[host] ?? host, tag) && coversPort(ports, port))) continue;
      const others = src.filter((one) => one !== tag && !withinSource(one, allowed) && (against === undefined || against.includes(one) || isEverybody(hosts[one] ?? one)));
      if (others.length === 0) continue;
      const who = `${others.join(", ")} reach ${tag}`;
      lets.set(who, [...(lets.get(who) ?? []), `${port} (${label})`]);
    }
    return [...lets].map(([who, ports]) => widened(`${name} (${position(text, node.offset)}) lets ${who} on ${ports.join(", ")}`, rule));
  });
}
