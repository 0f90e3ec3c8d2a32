import type { TerraformEvent } from "../site/events";
import type { Site } from "../site/site";
import type { Stack } from "../site/stack";
import type { Failure } from "./failure";
import { PLAN_FILE, type Plan } from "./plans";
import { isFirst } from "./preflight";

/** How an apply ended. */
export interface Applied {
  readonly failure?: Failure;
  readonly events: readonly TerraformEvent[];
}

/**
 * At a first deploy an edge that is a node by itself starts beside the mailbox, which would otherwise wait for its name and then
 * start again to trust its address. Nothing runs yet that could be disturbed. An edge that gave up waiting gets a second apply at
 * its own turn.
 */
export class HeadStart {
  private readonly plans: readonly Plan[];
  private readonly running = new Map<Stack, Promise<Applied>>();

  constructor(
    private readonly site: Site,
    plans: readonly Plan[],
  ) {
    this.plans = isFirst(plans) ? plans.filter(({ stack }) => site.edgeOf(stack.name)?.network === "sidecar") : [];
  }

  begin(apply: (plan: Plan) => Promise<Applied>): void {
    for (const plan of this.plans) this.running.set(plan.stack, apply(plan));
  }

  /** Of a stack that had a head start and came through; undefined when it is to be applied now. */
  async outcome(stack: Stack): Promise<Applied | undefined> {
    const applied = await this.running.get(stack);
    this.running.delete(stack);
    if (applied?.failure === undefined) return applied;
    await this.site.terraform(stack).plan(PLAN_FILE);
    return undefined;
  }

  /** Nothing of it is at work any more. */
  async end(): Promise<void> {
    await Promise.all(this.running.values());
  }
}
