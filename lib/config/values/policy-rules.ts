import { reading, refuse, type ValueType } from "./reading";

const PARTY = String.raw`[^\s,;]+`;
const LIST = `${PARTY}(?:\\s*,\\s*${PARTY})*`;
const RULE = new RegExp(`^(${LIST})\\s*->\\s*(${LIST})(?:\\s+if\\s+(${LIST}))?$`);

const sorted = (list: string): string => [...new Set(list.split(",").map((one) => one.trim()))].sort().join(", ");

/** One rule as it is compared: each list in order, one blank after a comma. @returns undefined when it is no rule */
export function policyRule(text: string): string | undefined {
  const [, src, dst, posture] = RULE.exec(text.trim()) ?? [];
  if (src === undefined) return undefined;
  return `${sorted(src)} -> ${sorted(dst)}${posture === undefined ? "" : ` if ${sorted(posture)}`}`;
}

/** Rules of a tailnet policy with `;` between them; `none` is the empty list. */
export const policyRules: ValueType<readonly string[]> = reading((text) => {
  if (text.trim() === "none") return [];
  return text
    .split(";")
    .filter((one) => one.trim() !== "")
    .map((one) => policyRule(one) ?? refuse("write each rule as npm run drift shows it: source -> destination:ports, with ; between rules"));
});
