import { Testing, TerraformStack } from "cdktf";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { useEngine } from "../lib/docker/provider";

/** Attributes of synthesized resources, as they stand in cdk.tf.json. */
export type Attributes = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

export interface Synthesized {
  readonly text: string;
  readonly json: Attributes;
  /** all resources of a type, by their Terraform name */
  readonly resources: (type: string) => Readonly<Record<string, Attributes>>;
  /** the one container with that name */
  readonly container: (name: string) => Attributes;
}

/** Synthesizes a stack with a docker provider, filled by `fill`. */
export function synthesize(fill: (stack: TerraformStack, provider: DockerProvider) => void): Synthesized {
  const stack = new TerraformStack(Testing.app({ stackTraces: false }), "stack");
  fill(stack, useEngine(stack, "unix:///var/run/docker.sock"));
  return read(Testing.synth(stack));
}

/** Reads a stack's synthesized JSON. */
export function read(text: string): Synthesized {
  const json = JSON.parse(text) as Attributes;
  const resources = (type: string): Record<string, Attributes> => json.resource?.[type] ?? {};
  const container = (name: string): Attributes => {
    const found = Object.values(resources("docker_container")).filter((one) => one.name === name);
    if (found.length !== 1) throw new Error(`${found.length} containers are called ${name}; there are ${Object.values(resources("docker_container")).map((one) => one.name).join(", ")}`);
    return found[0];
  };
  return { text, json, resources, container };
}
