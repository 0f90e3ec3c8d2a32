import type { DockerRule } from "./rule";

const FIX =
  "write lifecycle: { replaceTriggeredBy: [`${hash.terraformResourceType}.${hash.friendlyUniqueId}`] } with a null_resource whose trigger is a hash of the health check";

export const healthcheckReplaces: DockerRule = {
  name: "healthcheck-replaces",
  why: "the provider reports an edited health check as updated in place, changes nothing on the engine, and says so again on every plan",
  container: ({ attributes: { healthcheck, lifecycle } }) => {
    const triggers = lifecycle?.replace_triggered_by ?? [];
    if (healthcheck.length > 0 && triggers.length === 0)
      return [`healthcheck is set and lifecycle.replaceTriggeredBy is not; an edit would never reach the engine; ${FIX}`];
    return triggers
      .filter((one) => one.includes("${"))
      .map((one) => `lifecycle.replaceTriggeredBy has ${one}; Terraform takes a bare address there and says Invalid character; ${FIX}`);
  },
};
