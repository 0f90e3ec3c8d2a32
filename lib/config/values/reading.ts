import { z } from "zod";

/** A zod type that reads a variable's text; a refusal carries the hint that the user sees. */
export type ValueType<T> = z.ZodType<T, string>;

/** No Error: it is always caught below, and a stack trace costs more than all the reading. */
class Refused {
  constructor(readonly hint: string) {}
}

/** Ends the reading of a value; `hint` tells the user how to write it. */
export const refuse = (hint: string): never => {
  throw new Refused(hint);
};

/** Turns a plain reading function into a zod type: what it throws by {@link refuse} becomes the issue's message. */
export function reading<T>(read: (text: string) => T): ValueType<T> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      context.addIssue({ code: "custom", message: error.hint });
      return z.NEVER;
    }
  });
}

export type Outcome<T> = { readonly value: T } | { readonly hint: string };

/** What `type` makes of the text, or the hint why it makes nothing. */
export function outcome<T>(type: ValueType<T>, text: string): Outcome<T> {
  const result = type.safeParse(text);
  return result.success ? { value: result.data } : { hint: result.error.issues[0].message };
}

/** The text read by `type`; otherwise refuses with the type's own hint. */
export function readWith<T>(type: ValueType<T>, text: string): T {
  const read = outcome(type, text);
  return "value" in read ? read.value : refuse(`"${text}": ${read.hint}`);
}

/** A text that has to match as a whole. */
export const matching = (pattern: RegExp, hint: string): ValueType<string> => reading((text) => (pattern.test(text) ? text : refuse(hint)));
