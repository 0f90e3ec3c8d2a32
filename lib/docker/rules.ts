import { Annotations, TerraformResource, TerraformStack, type IAspect } from "cdktf";
import type { IConstruct } from "constructs";
import { ALL_RULES } from "./rules/all";
import { attributesOf } from "./rules/attributes";
import type { DockerRule, Seen } from "./rules/rule";

export { ALL_RULES } from "./rules/all";
export { markMailbox } from "./rules/mailbox-scope";
export type { DockerRule, Seen } from "./rules/rule";
export { markScratch } from "./rules/scratch";

const KINDS: Readonly<Record<string, "container" | "image" | "network" | "volume">> = {
  docker_container: "container",
  docker_image: "image",
  docker_network: "network",
  docker_volume: "volume",
};

export interface DockerRulesProps {
  /** values that must not occur in any resource, each by the name that a message may show; at least 8 characters each @default none */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** @default all */
  readonly rules?: readonly DockerRule[];
}

/**
 * Looks at every docker resource of a stack before it is written, and reports each breach as an error at the resource, so
 * that synth fails. Put it on each stack: CDKTF does not run an Aspect that is put on the app.
 */
export class DockerRules implements IAspect {
  private readonly rules: readonly DockerRule[];
  private readonly secretValues: Readonly<Record<string, string>>;

  constructor({ secretValues = {}, rules = ALL_RULES }: DockerRulesProps = {}) {
    this.rules = rules;
    this.secretValues = secretValues;
  }

  visit(node: IConstruct): void {
    for (const { name, text } of this.breaches(node)) Annotations.of(node).addError(`${text} (${name})`);
  }

  private breaches(node: IConstruct): { name: string; text: string }[] {
    const check = this.checkerFor(node);
    return check === undefined ? [] : this.rules.flatMap((rule) => check(rule).map((text) => ({ name: rule.name, text })));
  }

  private checkerFor(node: IConstruct): ((rule: DockerRule) => readonly string[]) | undefined {
    if (TerraformStack.isStack(node)) return (rule) => rule.stack?.(node) ?? [];
    const kind = TerraformResource.isTerraformResource(node) ? KINDS[node.terraformResourceType] : undefined;
    if (kind === undefined) return undefined;
    const construct = node as TerraformResource;
    // One resource, one look: the attributes' type follows from the kind.
    const seen: Seen<any> = { construct, attributes: attributesOf(construct), secretValues: this.secretValues };
    return (rule) => rule[kind]?.(seen) ?? [];
  }
}
