import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { Construct } from "constructs";
import { markScratch } from "./rules/scratch";

/** A volume with data that nobody can bring back: Terraform refuses every plan that would remove it. */
export const dataVolume = (scope: Construct, id: string, provider: DockerProvider, name: string): Volume =>
  new Volume(scope, id, { provider, name, lifecycle: { preventDestroy: true } });

/** A volume whose content is made anew at each start. */
export function scratchVolume(scope: Construct, id: string, provider: DockerProvider, name: string): Volume {
  const volume = new Volume(scope, id, { provider, name });
  markScratch(volume);
  return volume;
}
