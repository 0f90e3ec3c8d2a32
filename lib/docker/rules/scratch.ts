import type { IConstruct } from "constructs";

const MARK = "tailwart/scratch";

/** Says that a volume's content is made anew whenever it is missing, so that Terraform may remove it. */
export function markScratch(volume: IConstruct): void {
  volume.node.addMetadata(MARK, true);
}

export const isScratch = (volume: IConstruct): boolean => volume.node.metadata.some(({ type }) => type === MARK);
