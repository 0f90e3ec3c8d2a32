/**
 * What was found at those that could be asked. Where nothing was, the first reason why one could not be asked is thrown: what
 * nobody saw is not well.
 */
export async function settled<T>(all: readonly Promise<readonly T[]>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(all);
  const found = results.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const silent = results.find((one) => one.status === "rejected");
  if (found.length === 0 && silent !== undefined) throw silent.reason;
  return found;
}

/** Places with the same to say, put together: what is said to its places. */
export function together(said: readonly { readonly where: string; readonly what: string }[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { where, what } of said) places.set(what, [...(places.get(what) ?? []), where]);
  return places;
}
