import { matching, reading, refuse, type ValueType } from "./reading";
import { didYouMean } from "./suggest";

export const word = <const T extends readonly string[]>(...allowed: T): ValueType<T[number]> =>
  reading((text) => (allowed.includes(text) ? text : refuse(didYouMean(text, allowed) || `write one of ${allowed.join(", ")}`)));

export const yesNo: ValueType<boolean> = reading((text) => {
  if (text === "true" || text === "false") return text === "true";
  const meant = /^(yes|on|1|y|t)$/i.test(text) ? "true" : /^(no|off|0|n|f)$/i.test(text) ? "false" : undefined;
  return refuse(meant ? `write ${meant}` : didYouMean(text, ["true", "false"]) || "write true or false");
});

export const wholeNumber = (least: number, most: number): ValueType<number> =>
  reading((text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : refuse(`write a number from ${least} to ${most}`),
  );

export const port: ValueType<number> = wholeNumber(1, 65535);

/** A name for a database, role, region: letters, digits, hyphen, underscore. */
export const identifier: ValueType<string> = matching(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/, "write letters, digits, hyphens and underscores only");

/** S3 bucket name. */
export const bucket: ValueType<string> = matching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "write 3 to 63 lower-case letters, digits and hyphens");

/** Neither quotes, blanks, control characters, nor what begins a template in Terraform's JSON (`${`, `%{`). */
const PLAIN = /^[^\s\p{C}"'`$\\{}]+$/u;

export const plainText: ValueType<string> = matching(PLAIN, "write it without blanks, quotes, braces or dollar signs");

/** A path on the machine that deploys; relative ones start at the project. */
export const filePath: ValueType<string> = reading((text) => {
  if (text.startsWith("~")) return refuse("~ is not expanded here; write the whole path");
  return PLAIN.test(text) ? text : refuse("write a path without blanks, quotes, braces or dollar signs");
});
