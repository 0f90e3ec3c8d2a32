/** An object of parsed JSON whose shape is not known. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for anything else, so that a look-up in it finds nothing. */
export const part = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});

/** The value as a list; an empty one for anything else. */
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as a text; an empty one for anything else. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
