import type { TerraformResource } from "cdktf";
import { attributesOf, isLongRunning, resourcesOf, type Healthcheck, type ResourceAttributes } from "./attributes";
import type { DockerRule } from "./rule";

interface Probe extends ResourceAttributes {
  readonly triggers?: Readonly<Record<string, string>>;
  readonly triggers_replace?: unknown;
  readonly provisioner?: readonly object[];
}

const isOn = ({ test = [] }: Healthcheck): boolean => test.length > 0 && test[0] !== "NONE";

/** A resource beside the container that runs a program for each new id of it. */
function isProbed(container: TerraformResource): boolean {
  const id = `docker_container.${container.friendlyUniqueId}.id`;
  return resourcesOf(container.node.scope ?? container, "null_resource", "terraform_data")
    .map((resource) => attributesOf<Probe>(resource))
    .some(
      ({ triggers, triggers_replace, provisioner = [] }) => provisioner.length > 0 && JSON.stringify([triggers, triggers_replace]).includes(id),
    );
}

export const healthcheckAndProbe: DockerRule = {
  name: "healthcheck-and-probe",
  why: "with provider 4 a container that ended at once applied with exit code 0, dead",
  container: ({ construct, attributes }) => {
    if (!isLongRunning(attributes)) return [];
    if (!attributes.healthcheck.some(isOn))
      return [
        "healthcheck is not set; a long-running container needs one; write a command that is green only while it serves, or mustRun: false when it is meant to end",
      ];
    if (attributes.wait || isProbed(construct)) return [];
    return [
      "nothing waits until it is healthy; a deploy has to fail when it is not; put a null_resource with triggers: { container: container.id } and a local-exec probe beside it, or set wait: true",
    ];
  },
};
