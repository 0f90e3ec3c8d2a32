import { distance } from "fastest-levenshtein";

/** Longer words are no slip of the finger. */
const LONGEST = 64;

/** Edits between two words; two letters that changed places count as one. */
function editsOf(a: string, b: string): number {
  const edits = distance(a, b);
  return edits === 2 && [...a].sort().join() === [...b].sort().join() ? 1 : edits;
}

/** The allowed word that was probably meant, if there is one. */
function nearest(word: string, allowed: readonly string[]): string | undefined {
  if (word === "" || word.length > LONGEST) return undefined;
  const lower = word.toLowerCase();
  const close = allowed
    .map((other) => ({ other, edits: editsOf(lower, other.toLowerCase()) }))
    .filter(({ other, edits }) => edits <= Math.max(1, Math.floor(other.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  // REDIS_HOST for STALWART_REDIS_HOST, DB_PASS for …_DB_PASSWORD: words of the name are there, the rest is not.
  const parts = lower.length < 4 ? [] : allowed.filter((other) => `_${other.toLowerCase()}`.includes(`_${lower}`)).sort((a, b) => a.length - b.length);
  return close[0]?.edits <= 2 ? close[0].other : (parts[0] ?? close[0]?.other);
}

/** "did you mean …?" for a word that is near an allowed one, else an empty text. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const found = nearest(word, allowed);
  return found === undefined ? "" : `did you mean ${found}?`;
}
