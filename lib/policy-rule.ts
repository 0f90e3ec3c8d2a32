const PARTY = String.raw`[^\s,;]+`;
const LIST = `${PARTY}(?:\\s*,\\s*${PARTY})*`;
const RULE = new RegExp(`^(${LIST})\\s*->\\s*(${LIST})(?:\\s+if\\s+(${LIST}))?$`);

const sorted = (list: string): string => [...new Set(list.split(",").map((one) => one.trim()))].sort().join(", ");

/** One rule of a tailnet's policy, `source -> destination:ports`, as it is compared: each list in order, one blank after a comma. @returns undefined when it is no rule */
export function policyRule(text: string): string | undefined {
  const [, src, dst, posture] = RULE.exec(text.trim()) ?? [];
  if (src === undefined) return undefined;
  return `${sorted(src)} -> ${sorted(dst)}${posture === undefined ? "" : ` if ${sorted(posture)}`}`;
}
