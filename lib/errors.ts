/**
 * What is wrong with the operator's input, all of it at once.
 *
 * Each line names the variable (or the artefact), what it got, what is allowed and how to fix it.
 * Programs print the lines and exit with 1; a stack trace of this error is never shown.
 */
export class MistakesError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.name = "MistakesError";
  }
}

/** Throws {@link MistakesError} when there is anything to say. */
export function refuseIfAny(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new MistakesError(mistakes);
}
