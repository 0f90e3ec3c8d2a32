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

type Row = Readonly<Record<string, unknown>>;

const rowOf = (value: unknown): Row | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : undefined);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNone = (value: unknown): boolean => value === undefined || typeof value === "string";
const isNumberOrNone = (value: unknown): boolean => value === undefined || typeof value === "number";

/** The part of an event, when it has the shape that we read; what has another one is left out. */
function part<K extends keyof TerraformEvent>(key: K, value: unknown, isRight: (row: Row) => boolean): Partial<Pick<TerraformEvent, K>> {
  const row = rowOf(value);
  return row !== undefined && isRight(row) ? ({ [key]: row } as Pick<TerraformEvent, K>) : {};
}
const hasAddress = ({ resource }: Row): boolean => isText(rowOf(resource)?.addr);
const isHook = (row: Row): boolean => hasAddress(row) && isTextOrNone(row.action) && isTextOrNone(row.output) && isNumberOrNone(row.elapsed_seconds);

/** A diagnostic, whose texts may be left out. */
function diagnosticOf(value: unknown): Diagnostic | undefined {
  const row = rowOf(value);
  if (row === undefined || (row.severity !== "error" && row.severity !== "warning")) return undefined;
  const { severity, summary, detail, address } = row;
  return { severity, summary: textOf(summary), detail: textOf(detail), ...(typeof address === "string" ? { address } : {}) };
}

/**
 * One line of output; undefined for what is no event, such as a complaint from before Terraform has read its options. Parts
 * that have not the shape of Terraform's are left out, so that nobody who reads an event has to doubt it.
 */
export function parseEvent(line: string): TerraformEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  let event: Row | undefined;
  try {
    event = rowOf(JSON.parse(line));
  } catch {
    return undefined;
  }
  if (event === undefined || typeof event.type !== "string") return undefined;
  const diagnostic = diagnosticOf(event.diagnostic);
  return {
    type: event.type,
    "@message": textOf(event["@message"]),
    ...part("change", event.change, (row) => hasAddress(row) && isText(row.action) && isTextOrNone(row.reason)),
    ...part("hook", event.hook, isHook),
    ...(diagnostic === undefined ? {} : { diagnostic }),
  };
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
