import type { TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";
import { containerAttributes, resourcesOf } from "./attributes";
import { joinedContainer } from "./network";

const MARK = "tailwart/mailbox";

/** Says that all containers in this scope are the mailbox's: reached over the tailnet, and by no other way. */
export function markMailbox(scope: IConstruct): void {
  scope.node.addMetadata(MARK, true);
}

const isInside = (construct: IConstruct): boolean => construct.node.scopes.some(({ node }) => node.metadata.some(({ type }) => type === MARK));

/** Whether a container is the mailbox's: made in a marked scope, or the owner of the namespace that such a container joins. */
export function isMailbox(container: TerraformResource): boolean {
  const joins = (other: TerraformResource): boolean => joinedContainer(containerAttributes(other)) === container.friendlyUniqueId;
  return isInside(container) || resourcesOf(container.cdktfStack, "docker_container").filter(isInside).some(joins);
}
