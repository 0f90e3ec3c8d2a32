import { differentBytes, recordOf, type EdgeRecord } from "../../edge/record";
import type { Site } from "../../site/site";
import type { Look } from "./look";

/** What each edge that answers was built from. */
export async function edgeRecords(site: Pick<Site, "deployment" | "engine">): Promise<EdgeRecord[]> {
  const asked = site.deployment.edges.map(async ({ name, dockerHost }): Promise<EdgeRecord[]> => {
    const record = await recordOf(site.engine(dockerHost));
    return record === undefined ? [] : [{ edge: name, record }];
  });
  return (await Promise.all(asked)).flat();
}

/** Edges that got different programs under one version; and one that is not what CADDY_SHA256 says. */
export const caddy: Look = async (site, stack) => {
  const own = site.edgeOf(stack.name);
  if (own === undefined) return [];
  const records = await edgeRecords(site);
  const { sha256 } = site.deployment.caddy;
  const mine = records.find(({ edge }) => edge === own.name)?.record;
  const pinned = sha256 === undefined || mine === undefined || mine.sha256 === sha256 ? [] : [`its Caddy has SHA-256 ${mine.sha256}, CADDY_SHA256 says ${sha256}; npm run deploy builds it again`];
  return [...pinned, ...differentBytes(records).filter((line) => line.includes(` and ${own.name} both`))].map((what) => ({ where: "tailwart-edge", what }));
};
