import { policyRule } from "../../policy-rule";
import { reading, refuse, type ValueType } from "./reading";

/** Rules of a tailnet policy with `;` between them; `none` is the empty list. */
export const policyRules: ValueType<readonly string[]> = reading((text) => {
  if (text.trim() === "none") return [];
  return text
    .split(";")
    .filter((one) => one.trim() !== "")
    .map((one) => policyRule(one) ?? refuse("write each rule as npm run drift shows it: source -> destination:ports, with ; between rules"));
});
