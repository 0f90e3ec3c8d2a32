import type { Missing } from "./types";

/** What is missing, a line for each reason with all its names; names as `nameOf` writes them. */
export function missingLines(missing: readonly Missing[], nameOf: (name: string) => string): string[] {
  const names = new Map<string, { readonly of: Missing; readonly names: string[] }>();
  for (const one of missing) {
    const key = JSON.stringify([one.what, one.why]);
    const same = names.get(key) ?? { of: one, names: [] };
    names.set(key, same);
    same.names.push(nameOf(one.name));
  }
  return [...names.values()].map(({ of: { what, why }, names: all }) => `${what} of ${all.join(", ")}: ${why}`);
}
