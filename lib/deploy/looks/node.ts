import { askNode, ownNode, type NodeStatus } from "../own-node";
import type { Look } from "./look";

/** A node that finds its name taken gets another one, and everybody dials the old one. */
export const node: Look = async (site, stack) => {
  const own = ownNode(site, stack);
  if (own === undefined) return [];
  const seen = await askNode(own);
  const what = seen === undefined ? "does not say who it is on the tailnet" : misnamed(seen, own.host);
  return what === undefined ? [] : [{ where: own.container, what }];
};

/** What is wrong with a node's name, and what mends it. */
export function misnamed({ state, name }: NodeStatus, host: string): string | undefined {
  if (state !== "Running") return `is not on the tailnet: ${state}`;
  return name === host
    ? undefined
    : `is ${name || "nobody"} on the tailnet, not ${host}; npm run deploy removes the old node and renames this one where an API credential allows, and says how to do it by hand elsewhere`;
}
