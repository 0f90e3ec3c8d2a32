import { getNodeValue, type Node } from "jsonc-parser";
import { policyRule } from "../../policy-rule";
import { rowOf, textsOf } from "./entries";
import type { Inventory } from "./owned";
import { destinationOf } from "./reach";
import { keyOf, memberOf, valueOf } from "./shape";

/** What one rule opens: destinations with their ports. */
export interface Rule {
  readonly node: Node;
  readonly name: string;
  readonly src: readonly string[];
  /** as TS_POLICY_ACCEPT names it: `source -> destination:ports`, TCP only */
  readonly text: string;
  readonly opens: readonly { readonly host: string; readonly ports: string }[];
}

/** A value as text; a list or an object, which stands for nothing here, as none. */
const wordOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

const isTcp = (proto: unknown): boolean => proto === undefined || ["", "*", "tcp", "6"].includes(wordOf(proto).toLowerCase());

type Conditions = Readonly<Record<"src" | "srcposture", unknown>>;

function ruleOf(node: Node, name: string, { src, srcposture }: Conditions, opens: Rule["opens"]): Rule {
  const [sources, postures] = [textsOf(src), textsOf(srcposture)];
  const targets = opens.flatMap(({ host, ports }) => ports.replace(/\s/g, "").split(",").map((port) => `${host}:${port}`));
  const text = `${sources.join(",")} -> ${targets.join(",")}${postures.length === 0 ? "" : ` if ${postures.join(",")}`}`;
  return { node, name, src: sources, opens, text: policyRule(text) ?? text };
}

function aclOf(node: Node, name: string): Rule | undefined {
  const { action, src, dst, proto, srcposture } = rowOf(node);
  if (wordOf(action ?? "accept").toLowerCase() !== "accept" || !isTcp(proto)) return undefined;
  return ruleOf(node, name, { src, srcposture }, textsOf(dst).map(destinationOf));
}

function grantOf(node: Node, name: string): Rule {
  const { src, dst, ip, srcposture } = rowOf(node);
  // Without "ip" a grant is about an application only.
  const ports = textsOf(ip).flatMap((item) => {
    const [, proto, rest] = /^(?:([a-z0-9-]+|\*):)?(.+)$/i.exec(item) ?? [];
    if (proto === undefined && /^[a-z]/i.test(rest ?? "")) return isTcp(rest) ? ["*"] : [];
    return isTcp(proto) && rest !== undefined ? [rest] : [];
  });
  return ruleOf(node, name, { src, srcposture }, textsOf(dst).flatMap((host) => ports.map((one) => ({ host, ports: one }))));
}

/** Rules that no deployment of ours put there. */
export function foreignRules({ source: { root }, sections }: Inventory): Rule[] {
  const acls = memberOf(root, "acls");
  const rows = acls ? (valueOf(acls).children ?? []) : [];
  const others = (sections.grants?.entries ?? []).map((entry, index) => ({ ...entry, index })).filter(({ marker, others: deployments }) => !marker && deployments.length === 0);
  const found = rows.map((node, index) => aclOf(node, `acls[${index}]`)).filter((rule) => rule !== undefined);
  return [...found, ...others.map(({ node, index }) => grantOf(node, `grants[${index}]`))];
}

/** Names that stand for addresses. */
export function hostsOf(root: Node): Readonly<Record<string, string>> {
  const hosts = memberOf(root, "hosts");
  const node = hosts && valueOf(hosts);
  if (node?.type !== "object") return {};
  return Object.fromEntries((node.children ?? []).map((property) => [keyOf(property), wordOf(getNodeValue(valueOf(property)))]));
}
