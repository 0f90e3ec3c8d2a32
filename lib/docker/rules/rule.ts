import type { TerraformResource, TerraformStack } from "cdktf";
import type { ContainerAttributes, ImageAttributes, NetworkAttributes, VolumeAttributes } from "./attributes";

/** A resource as a rule sees it. */
export interface Seen<A> {
  readonly construct: TerraformResource;
  /** what will stand in `cdk.tf.json`, overrides and all */
  readonly attributes: A;
  /** values that must occur nowhere, by the name that a message may show */
  readonly secretValues: Readonly<Record<string, string>>;
}

type Check<A> = (seen: Seen<A>) => readonly string[];

/**
 * One rule: a name, why it is there, and a check for each kind of resource that can break it. A check returns one line
 * for each breach: what it got, what is allowed, how to fix it. Never a secret's value.
 */
export interface DockerRule {
  readonly name: string;
  /** one sentence with what was seen without the rule */
  readonly why: string;
  readonly container?: Check<ContainerAttributes>;
  readonly image?: Check<ImageAttributes>;
  readonly network?: Check<NetworkAttributes>;
  readonly volume?: Check<VolumeAttributes>;
  readonly stack?: (stack: TerraformStack) => readonly string[];
}
