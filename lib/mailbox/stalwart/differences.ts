import { SECRET_KEYS } from "./lint/secrets";

/** A managed object that is no longer what the start plan made. Nothing in it is a secret. */
export interface Difference {
  /** Stalwart's name of the type, and the object's own where there are several: `Security`, `NetworkListener smtp` */
  readonly object: string;
  /** undefined when the whole object is gone, or is there and should not be */
  readonly field?: string;
  readonly now: string;
  readonly deployed: string;
}

/** One line for a person, without what to do. */
export const differenceText = ({ object, field, now, deployed }: Difference): string =>
  field === undefined ? `${object} is ${now}, and was ${deployed}` : `${object}: ${field} is ${now}, and was ${deployed}`;

const LONGEST = 120;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** A value as a person reads it; of what may be a secret, only that it is there. */
export function shown(key: string, value: unknown): string {
  const text = plain(key, value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function plain(key: string, value: unknown): string {
  if (value === undefined || value === null) return "not set";
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (value["@type"] === "File") return `in the file ${String(value.filePath)}`;
    if (SECRET_KEYS.test(key)) return "something that is not shown";
    if (entries.length === 0) return "empty";
    if (entries.every(([, member]) => member === true)) return entries.map(([member]) => member).sort().join(", ");
    return `{ ${entries.map(([name, inner]) => `${name}: ${plain(name, inner)}`).join(", ")} }`;
  }
  // The password in a URL; the rest of it says where a store is.
  if (key === "url") return String(value).replace(/^(\w+:\/\/)[^/]*@/, "$1…@");
  return SECRET_KEYS.test(key) ? "something that is not shown" : String(value);
}
