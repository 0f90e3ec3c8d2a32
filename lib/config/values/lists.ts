import { outcome, reading, refuse, type ValueType } from "./reading";

const partsOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== "");

/** All values, or all hints at once (the first three: one line has to hold them). Of a single value the message shows the text already. */
function allOf<T>(type: ValueType<T>, parts: readonly string[]): T[] {
  const read = parts.map((part) => ({ part, outcome: outcome(type, part) }));
  const hints = read.flatMap(({ part, outcome: one }) => ("hint" in one ? [read.length === 1 ? one.hint : `"${part}": ${one.hint}`] : []));
  if (hints.length > 0) refuse(`${hints.slice(0, 3).join("; ")}${hints.length > 3 ? `; and ${hints.length - 3} more` : ""}`);
  return read.flatMap(({ outcome: one }) => ("value" in one ? [one.value] : []));
}

/** Several values with commas (or blanks) between them; no value twice. */
export const list = <T>(type: ValueType<T>): ValueType<readonly T[]> =>
  reading((text) => {
    const parts = partsOf(text);
    if (parts.length === 0) return refuse("write at least one");
    const values = allOf(type, parts);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    return twice === undefined ? values : refuse(`${String(twice)} is there twice`);
  });

/** As {@link list}, and the word `none` for an empty one. */
export const listOrNone = <T>(type: ValueType<T>): ValueType<readonly T[]> => {
  const some = list(type);
  return reading((text) => {
    if (text === "none") return [];
    const read = outcome(some, text);
    return "value" in read ? read.value : refuse(read.hint);
  });
};

/** One value for all, or `name=value` for each of several, with commas between them. */
export type PerName<T> = { readonly all: T } | { readonly each: ReadonlyMap<string, T> };

export const perName = <T>(type: ValueType<T>): ValueType<PerName<T>> =>
  reading((text) => {
    const parts = partsOf(text);
    if (!parts.some((part) => /^[\w-]+=/.test(part)))
      return parts.length === 1 ? { all: allOf(type, parts)[0] } : refuse("write one value, or name=value for each, with commas between them");
    const pairs = parts.map((part) => {
      const cut = part.indexOf("=");
      return cut < 1 ? refuse(`"${part}" has no name; write name=value for each`) : { name: part.slice(0, cut).toLowerCase(), text: part.slice(cut + 1) };
    });
    const twice = pairs.find(({ name }, index) => pairs.findIndex((other) => other.name === name) !== index);
    if (twice) return refuse(`${twice.name} is there twice`);
    const values = allOf(type, pairs.map((pair) => pair.text));
    return { each: new Map(pairs.map(({ name }, index) => [name, values[index]])) };
  });
