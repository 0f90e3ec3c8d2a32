import { didYouMean } from "../config/values/suggest";
import { refuseIfAny } from "../errors";

/** `; did you mean …`, or nothing when no allowed word is near. */
export const hintOf = (word: string, allowed: readonly string[]): string => {
  const meant = didYouMean(word, allowed);
  return meant === "" ? "" : `; ${meant}`;
};

/**
 * The stacks that are meant, in the order of all.
 * @throws MistakesError for a name that is none
 */
export function chosen(all: readonly string[], only: readonly string[] | undefined): readonly string[] {
  if (only === undefined) return all;
  refuseIfAny(only.filter((name) => !all.includes(name)).map((name) => `--only: got "${name}"; allowed: ${all.join(", ")}${hintOf(name, all)}; take one of them`));
  return all.filter((name) => only.includes(name));
}
