import { getNodeValue, type Node } from "jsonc-parser";
import { PRIVATE_PORTS, type Wire } from "../../wire";
import { rowOf, textsOf } from "./entries";
import { keyOf, memberOf, valueOf } from "./shape";
import { position } from "./layout";
import type { Inventory } from "./owned";
import { coversPort, coversTag, destinationOf, withinSource } from "./reach";
import type { PolicyFinding } from "./types";

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
      .map(({ line, dst, port }) => ({ tag: dst, port, label: line, allowed: allowed(dst, port), against: ["*", "autogroup:danger-all", ...edgeTags] })),
  ];
}

/** What one rule opens: destinations with their ports. */
interface Rule {
  readonly node: Node;
  readonly name: string;
  readonly src: readonly string[];
  readonly opens: readonly { readonly host: string; readonly ports: string }[];
}

const isTcp = (proto: unknown): boolean => proto === undefined || ["", "tcp", "6"].includes(String(proto).toLowerCase());

function aclOf(node: Node, name: string): Rule | undefined {
  const { action, src, dst, proto } = rowOf(node);
  if (String(action ?? "accept").toLowerCase() !== "accept" || !isTcp(proto)) return undefined;
  return { node, name, src: textsOf(src), opens: textsOf(dst).map(destinationOf) };
}

function grantOf(node: Node, name: string): Rule {
  const { src, dst, ip } = rowOf(node);
  // Without "ip" a grant is about an application only.
  const ports = textsOf(ip).flatMap((item) => {
    const [, proto, rest] = /^(?:([a-z0-9-]+):)?(.+)$/i.exec(item) ?? [];
    if (proto === undefined && /^[a-z]/i.test(rest ?? "")) return isTcp(rest) ? ["*"] : [];
    return isTcp(proto) && rest !== undefined ? [rest] : [];
  });
  return { node, name, src: textsOf(src), opens: textsOf(dst).flatMap((host) => ports.map((one) => ({ host, ports: one }))) };
}

function foreignRules({ source: { root }, sections }: Inventory): Rule[] {
  const acls = memberOf(root, "acls");
  const rows = acls ? (valueOf(acls).children ?? []) : [];
  const others = (sections.grants?.entries ?? []).map((entry, index) => ({ ...entry, index })).filter(({ marker, others: deployments }) => !marker && deployments.length === 0);
  const found = rows.map((node, index) => aclOf(node, `acls[${index}]`)).filter((rule) => rule !== undefined);
  return [...found, ...others.map(({ node, index }) => grantOf(node, `grants[${index}]`))];
}

/** Names that stand for addresses. */
function hostsOf(root: Node): Readonly<Record<string, string>> {
  const hosts = memberOf(root, "hosts");
  const node = hosts && valueOf(hosts);
  if (node?.type !== "object") return {};
  return Object.fromEntries((node.children ?? []).map((property) => [keyOf(property), String(getNodeValue(valueOf(property)))]));
}

/**
 * Rules of others that open a port of the mailbox to somebody whom the wire does not let there, or a backend to the edge or
 * to everybody. A rule for one address of the tailnet is not judged: the policy does not say whose it is.
 */
export function widenings(inventory: Inventory, wire: Wire): PolicyFinding[] {
  const { text, root } = inventory.source;
  const widened = (what: string): PolicyFinding => ({ kind: "widened", what });
  if (!memberOf(root, "grants") && !memberOf(root, "acls")) return [widened('there is neither "grants" nor "acls", so everybody reaches everything')];
  const hosts = hostsOf(root);
  const all = guarded(wire);
  return foreignRules(inventory).flatMap(({ node, name, src, opens }) => {
    const lets = new Map<string, string[]>();
    for (const { tag, port, label, allowed, against } of all) {
      if (!opens.some(({ host, ports }) => coversTag(hosts[host] ?? host, tag) && coversPort(ports, port))) continue;
      const others = src.filter((one) => one !== tag && !withinSource(one, allowed) && (against?.includes(one) ?? true));
      if (others.length === 0) continue;
      const who = `${others.join(", ")} reach ${tag}`;
      lets.set(who, [...(lets.get(who) ?? []), `${port} (${label})`]);
    }
    return [...lets].map(([who, ports]) => widened(`${name} (${position(text, node.offset)}) lets ${who} on ${ports.join(", ")}`));
  });
}
