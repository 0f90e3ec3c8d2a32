/** What we read of Terraform's machine-readable output (developer.hashicorp.com/terraform/internals/machine-readable-ui). */
export interface TerraformEvent {
  readonly type: string;
  readonly "@message": string;
  readonly change?: { readonly resource: { readonly addr: string }; readonly action: Action; readonly reason?: string };
  readonly hook?: { readonly resource: { readonly addr: string }; readonly action?: Action; readonly elapsed_seconds?: number; readonly output?: string };
  readonly diagnostic?: Diagnostic;
}
export type Action = "noop" | "create" | "read" | "update" | "replace" | "delete" | "remove" | "import" | "move";
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  readonly address?: string;
}

/** One line of output; undefined for what is no event, such as a complaint from before Terraform has read its options. */
export function parseEvent(line: string): TerraformEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null && "type" in event ? (event as TerraformEvent) : undefined;
  } catch {
    return undefined;
  }
}

export interface Change {
  readonly address: string;
  readonly action: Action;
}

/** What a plan wants to do, without what stays as it is. */
export const changesOf = (events: readonly TerraformEvent[]): Change[] =>
  events
    .filter(({ type }) => type === "planned_change")
    .flatMap(({ change }) => (change === undefined || change.action === "noop" || change.action === "read" ? [] : [{ address: change.resource.addr, action: change.action }]));

export const errorsOf = (events: readonly TerraformEvent[]): Diagnostic[] =>
  events.flatMap(({ diagnostic }) => (diagnostic?.severity === "error" ? [diagnostic] : []));
