import type { IConstruct } from "constructs";

const MARK = "tailwart/starter";

/** Says that the container in this scope starts others, and has the engine's socket for it. */
export function markStarter(scope: IConstruct): void {
  scope.node.addMetadata(MARK, true);
}

export const isStarter = (construct: IConstruct): boolean => construct.node.scopes.some(({ node }) => node.metadata.some(({ type }) => type === MARK));
