import type { Upload } from "./attributes";

/** A piece of text in a resource, and where it stands. */
export interface Place {
  readonly where: string;
  readonly text: string;
}

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

/** An uploaded file's text; empty when it comes by path. */
export const contentOf = ({ content, content_base64 }: Upload): string =>
  content ?? (content_base64 === undefined ? "" : decoded(content_base64));

/** Every text in a resource's attributes, keys as well; base64 contents are decoded. */
export function textsOf(value: unknown, where = ""): Place[] {
  if (typeof value === "string") return [{ where, text: where.endsWith("content_base64") ? decoded(value) : value }];
  if (Array.isArray(value)) return value.flatMap((one, i) => textsOf(one, `${where}[${i}]`));
  if (typeof value !== "object" || value === null) return [];
  const at = where === "" ? "" : `${where}.`;
  return Object.entries(value).flatMap(([key, one]) => [
    { where: `a key of ${where || "the resource"}`, text: key },
    ...textsOf(one, `${at}${key}`),
  ]);
}
