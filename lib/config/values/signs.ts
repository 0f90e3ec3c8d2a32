/** Signs that look like ASCII ones or like nothing, and come along when a value is copied from a web page or a letter. */
const KINDS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u2032-\u2037\u301d-\u301f\u00b4\uff02\uff07]/u, "a typographic quote"],
  [/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/u, "a look-alike dash"],
  [/(?! )\p{Zs}/u, "a blank that is not the ordinary one"],
  [/[\p{Zl}\p{Zp}]/u, "a line separator"],
  [/\p{Cf}/u, "an invisible sign"],
  [/[\uff01-\uff5e]/u, "a full-width sign"],
];

/**
 * The first such sign in a text, in words and with its code point, like `a typographic quote (U+201C)`; never the text itself.
 * @returns undefined where there is none
 */
export function strangeSign(text: string): string | undefined {
  const found = KINDS.flatMap(([pattern, what]) => {
    const match = pattern.exec(text);
    return match === null ? [] : [{ at: match.index, sign: match[0], what }];
  }).sort((a, b) => a.at - b.at)[0];
  if (found === undefined) return undefined;
  const code = (found.sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${found.what} (U+${code})`;
}

/** Blanks that a keyboard makes, at the ends of a text; a copied non-breaking one stays, to be named. */
export const trimPlain = (text: string): string => text.replace(/^[ \t\r\n\v\f]+|[ \t\r\n\v\f]+$/g, "");
