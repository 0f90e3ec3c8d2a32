import { MistakesError } from "../lib/errors";

/** The mistakes that the work ends with; fails when it succeeds, or ends with any other error. */
export function mistakesOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
  throw new Error("expected mistakes, got none");
}
