import { getNodeValue, type Node } from "jsonc-parser";
import { rowOf, textsOf } from "./entries";
import { position } from "./layout";
import { isEverybody } from "./reach";
import { memberOf, valueOf } from "./shape";
import type { Source } from "./source";
import type { PolicyFinding } from "./types";

/** Which of our tags lose their IPv4 address (Tailscale's node attribute `disable-ipv4`, and the policy's own `disableIPv4`). */
function withoutIPv4(root: Node, tags: readonly string[]): { readonly node: Node; readonly tags: readonly string[] }[] {
  const whole = memberOf(root, "disableIPv4");
  if (whole && getNodeValue(valueOf(whole)) === true) return [{ node: whole, tags }];
  const attributes = memberOf(root, "nodeAttrs");
  return (attributes ? (valueOf(attributes).children ?? []) : []).flatMap((node) => {
    if (node.type !== "object") return [];
    const { target, attr } = rowOf(node);
    const targets = textsOf(target);
    const hit = tags.filter((tag) => targets.includes(tag) || targets.some(isEverybody));
    return textsOf(attr).includes("disable-ipv4") && hit.length > 0 ? [{ node, tags: hit }] : [];
  });
}

/** Settings of the whole tailnet that change what our lines come to. */
export function settingFindings({ text, root }: Pick<Source, "text" | "root">, tags: readonly string[]): PolicyFinding[] {
  const at = ({ offset }: Node): string => position(text, offset);
  const found = withoutIPv4(root, tags).map(({ node, tags: hit }): PolicyFinding => {
    const why = "the edge dials the mailbox by IPv4, and the mailbox trusts the edge's IPv4 address";
    return { kind: "obstacle", what: `IPv4 is disabled (${at(node)}) for ${hit.join(", ")}: ${why}; leave these tags their IPv4 addresses` };
  });
  const posture = memberOf(root, "defaultSrcPosture");
  const names = posture ? textsOf(getNodeValue(valueOf(posture))) : [];
  if (posture === undefined || names.length === 0) return found;
  const effect = "our grants name no posture, so it holds for them too, and a node that does not meet it reaches no mail";
  return [...found, { kind: "note", what: `defaultSrcPosture is ${names.join(", ")} (${at(posture)}): ${effect}; look whether the edge's and the mailbox's nodes meet it` }];
}
