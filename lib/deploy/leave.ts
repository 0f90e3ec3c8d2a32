import { ApiError, connectNodes } from "../tailnet/api";
import { policyTarget } from "../tailnet/job";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";
import { askNode, ownNode } from "./own-node";

/**
 * For a stack whose data go for ever: its node would stay on the tailnet without its key, and keep the name from the one that
 * a later deploy makes. Looks who the node is while it still says so; the removal itself is for when its container is gone,
 * for a node that runs would join again. Nothing of this makes a destroy fail.
 * @returns removes the node, where a credential for the control server allows
 */
export async function leaving(site: Site, stack: Stack): Promise<() => Promise<void>> {
  const own = ownNode(site, stack);
  const seen = own && (await askNode(own));
  if (own === undefined || seen === undefined || seen.addresses.length === 0) return async () => undefined;
  const note = (why: string): void => site.say(`note: node ${seen.name} stays on the tailnet: ${why}; remove it by hand, else the next one has another name`);
  return async () => {
    const target = policyTarget(site.deployment, site.place.project);
    if (target === undefined) return note("no credential for the control server is set");
    try {
      const api = connectNodes(target);
      const node = (await api.list()).find(({ addresses, tags }) => tags.includes(own.tag) && addresses.some((one) => seen.addresses.includes(one)));
      if (node === undefined) return;
      await api.remove(node.id);
      site.say(`tailnet node: removed node ${node.id}, ${seen.name}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      note(error.message);
    }
  };
}
