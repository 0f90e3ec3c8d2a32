import { getNodePath, type Node } from "jsonc-parser";
import { refuseIfAny } from "../../errors";
import { position } from "./layout";
import type { Source } from "./source";

/**
 * A key as control servers compare it: Go's encoding/json ignores case, Headscale's decoder also `-` and `_`.
 * Upper case first: Go takes U+017F and U+212A for s and k.
 */
export const fold = (key: string): string => (/^[a-z]*$/.test(key) ? key : key.replace(/[-_]/g, "").toUpperCase().toLowerCase());

export const keyOf = (property: Node): string => property.children?.[0].value as string;
export const valueOf = (property: Node): Node => property.children?.[1] as Node;

/** A member of the policy by its name in any case. */
export function memberOf(root: Node, name: string): Node | undefined {
  const wanted = fold(name);
  return root.children?.find((property) => fold(keyOf(property)) === wanted);
}

/** The sections that are read here, and what their elements are. */
const SECTIONS = { tagOwners: ["object", "array"], grants: ["array", "object"], acls: ["array", "object"], tests: ["array", "object"] } as const;

const A: Readonly<Record<string, string>> = {
  object: "an object {}",
  array: "an array []",
  string: "a string",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

/** `"grants"[2]."src"` */
const pathOf = (node: Node): string =>
  getNodePath(node).reduce<string>((path, step) => (typeof step === "number" ? `${path}[${step}]` : `${path}${path === "" ? "" : "."}"${step}"`), "");

/**
 * Keys that are there twice. The members of the policy and of its rows are matched in any case by a control server, keys of
 * maps (groups, hosts, tags) are not.
 */
function duplicates(node: Node, depth: number, found: (what: string, at: Node) => void): void {
  if (!node.children) return;
  if (node.type === "array") return node.children.forEach((child) => duplicates(child, depth + 1, found));
  const seen = new Map<string, string>();
  const named = depth === 0 || (depth === 2 && node.parent?.type === "array");
  for (const child of node.children) {
    const key = keyOf(child);
    const name = named ? fold(key) : key;
    const before = seen.get(name);
    if (before !== undefined) {
      const where = depth === 0 ? "" : ` in ${pathOf(node)}`;
      found(before === key ? `"${key}" is there twice${where}` : `"${before}" and "${key}"${where} are one key`, child);
    }
    seen.set(name, key);
    duplicates(valueOf(child), depth + 1, found);
  }
}

/**
 * @throws MistakesError when the policy is no object, has a key twice, or has a section that is read here with another type
 */
export function refuseShape({ text, root }: Source): void {
  const mistakes: string[] = [];
  const mistake = (what: string, at: Node, fix: string): void => void mistakes.push(`tailnet policy: ${what} (${position(text, at.offset)}); ${fix}`);
  const wrong = (node: Node, wanted: string): void => {
    if (node.type !== wanted) mistake(`${pathOf(node) || "the whole policy"} is ${A[node.type]}`, node, `allowed: ${A[wanted]}`);
  };
  wrong(root, "object");
  refuseIfAny(mistakes);
  duplicates(root, 0, (what, at) => mistake(what, at, "programs disagree which of them counts; keep one"));
  refuseIfAny(mistakes);
  for (const [name, [type, element]] of Object.entries(SECTIONS)) {
    const member = memberOf(root, name);
    if (!member) continue;
    const section = valueOf(member);
    wrong(section, type);
    if (section.type === type) for (const child of section.children ?? []) wrong(type === "array" ? child : valueOf(child), element);
  }
  refuseIfAny(mistakes);
}
