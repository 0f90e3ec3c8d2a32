import type { LineName } from "./services";
import type { Grant } from "./types";

/** What one set of sources may open at one destination. */
export interface GrantGroup {
  readonly src: readonly string[];
  readonly dst: string;
  readonly lines: readonly { readonly line: LineName; readonly port: number }[];
}

/** The grants put together by source and destination, in the order of the lines; no port twice in a group. */
export function grantGroups(grants: readonly Grant[]): GrantGroup[] {
  const groups = new Map<string, { src: readonly string[]; dst: string; lines: { line: LineName; port: number }[] }>();
  for (const { line, src, dst, port } of grants) {
    const key = JSON.stringify([src, dst]);
    const group = groups.get(key) ?? { src, dst, lines: [] };
    groups.set(key, group);
    if (!group.lines.some((one) => one.port === port)) group.lines.push({ line, port });
  }
  return [...groups.values()];
}
