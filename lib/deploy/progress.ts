import type { Action, Change, TerraformEvent } from "../site/events";
import type { Stack } from "../site/stack";

const DONE: Partial<Record<Action, string>> = { create: "made", update: "changed", delete: "removed" };

const typeOf = (address: string): string => address.split(".")[0];
const isContainer = (address: string): boolean => typeOf(address) === "docker_container";

/** Turns Terraform's events into lines that a person can follow: `mailbox 3/12 tailwart-postgres healthy after 6 s`. */
export class Progress {
  private readonly steps: ReadonlyMap<string, Action>;
  private readonly outputs = new Map<string, string[]>();
  private done = 0;

  constructor(
    private readonly stack: Stack,
    changes: readonly Change[],
    private readonly write: (line: string) => void,
  ) {
    const waited = new Set(changes.map(({ address }) => stack.waitsFor(address)));
    // A container that is waited for counts once, when it is healthy.
    const counts = ({ address, action }: Change): boolean =>
      stack.isVisible(address) && (action === "delete" ? stack.waitsFor(address) === undefined : !(isContainer(address) && waited.has(stack.nameOf(address))));
    this.steps = new Map(changes.filter(counts).map(({ address, action }) => [address, action]));
  }

  /** What a resource's program has printed so far. */
  output(address: string): readonly string[] {
    return this.outputs.get(address) ?? [];
  }

  event({ type, hook }: TerraformEvent): void {
    if (hook === undefined) return;
    const { addr } = hook.resource;
    if (type === "provision_progress") this.said(addr, hook.output ?? "");
    else if (type === "apply_start" && typeOf(addr) === "docker_image" && hook.action === "create") this.aside(`building image ${this.stack.nameOf(addr)}`);
    else if (type === "apply_complete") this.completed(addr, hook.action ?? "create", hook.elapsed_seconds ?? 0);
  }

  private said(address: string, text: string): void {
    const lines = this.outputs.get(address) ?? [];
    this.outputs.set(address, lines);
    for (const line of text.split("\n").filter((one) => one.trim() !== "" && !/^Executing:/.test(one))) {
      lines.push(line);
      if (this.stack.waitsFor(address) === undefined || /: waiting, /.test(line)) this.aside(line);
    }
  }

  private completed(address: string, action: Action, seconds: number): void {
    const planned = this.steps.get(address);
    // A replacement is a removal and a creation: the second one is the step.
    if (planned === undefined || (action === "delete") !== (planned === "delete")) return;
    this.done += 1;
    const count = `${this.done}/${this.steps.size}`;
    this.write(`${this.stack.name} ${count} ${this.words(address, action, seconds)}`);
  }

  private words(address: string, action: Action, seconds: number): string {
    const name = this.stack.nameOf(address);
    const health = this.output(address).map((line) => /is healthy after (\d+) s/.exec(line)?.[1]).find(Boolean);
    if (health !== undefined) return `${name} healthy after ${health} s`;
    // Images are kept (`keep_locally`): Terraform only forgets them.
    if (typeOf(address) === "docker_image" && action === "delete") return `image ${name} stays on its engine`;
    const verb = typeOf(address) === "docker_image" && action === "create" ? `built in ${seconds} s` : typeOf(address) === "null_resource" && action === "create" ? "done" : (DONE[action] ?? action);
    return `${this.stack.kindOf(address)}${name} ${verb}`;
  }

  private aside(text: string): void {
    this.write(`${this.stack.name}     ${text}`);
  }
}
