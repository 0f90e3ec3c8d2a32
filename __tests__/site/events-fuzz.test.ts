import fc from "fast-check";
import { explain } from "../../lib/deploy/failure";
import { Progress } from "../../lib/deploy/progress";
import { changesOf, errorsOf, parseEvent, type TerraformEvent } from "../../lib/site/events";
import type { Stack } from "../../lib/site/stack";
import { runs } from "../runs";

fc.configureGlobal({ seed: Number(process.env.TAILWART_SEED ?? 18) });

const resource = { addr: "docker_container.edge" };
const SEEDS: readonly object[] = [
  { type: "planned_change", "@message": "m", change: { resource, action: "create" } },
  { type: "apply_start", "@message": "m", hook: { resource, action: "create" } },
  { type: "provision_progress", "@message": "m", hook: { resource, output: "tailwart-edge is not healthy: exited. What its health check said last\nline" } },
  { type: "apply_complete", "@message": "m", hook: { resource, action: "create", elapsed_seconds: 3 } },
  { type: "diagnostic", "@message": "m", diagnostic: { severity: "error", summary: "local-exec provisioner error", detail: "a\nb", address: resource.addr } },
];

const stack = { name: "edge", nameOf: (address: string) => address, kindOf: () => "", isVisible: () => true, waitsFor: () => undefined } as unknown as Stack;

/** What deploy does with the events of a run; every line that it would show. */
function shown(events: readonly TerraformEvent[]): string[] {
  const lines: string[] = [];
  const progress = new Progress(stack, changesOf(events), (line) => void lines.push(line));
  events.forEach((event) => progress.event(event));
  return [...lines, ...errorsOf(events).map((error) => explain(error, error.address, error.address === undefined ? [] : progress.output(error.address)).line)];
}

/** The same event with one of its values, at any depth, something else or gone. */
function altered(value: unknown, at: number, other: unknown): unknown {
  let left = at;
  const visit = (one: unknown): unknown => {
    if (left-- === 0) return other;
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, child]) => [key, visit(child)]));
  };
  return visit(value);
}

test("10 000 lines that are nearly Terraform's: none breaks the reader, every line that is shown is one", () => {
  let read = 0;
  const other = fc.oneof(fc.constantFrom<unknown>(null, 7, true, [], {}, "", [null], undefined), fc.string(), fc.json());
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...SEEDS), fc.nat(9), other, fc.nat(3)), { minLength: 1, maxLength: 4 }), (list) => {
      const texts = list.map(([seed, at, value, cut]) => {
        const text = JSON.stringify(altered(seed, at, value)) ?? "";
        return cut === 0 ? text.slice(0, Math.floor(text.length / 2)) : text;
      });
      const events = texts.flatMap((text) => parseEvent(text) ?? []);
      read += events.length;
      return shown(events).every((line) => !/[\r\n]/.test(line));
    }),
    { numRuns: runs(10_000) },
  );
  expect(read).toBeGreaterThan(runs(5_000));
}, 120_000);

test.each(SEEDS.map((seed) => [(seed as TerraformEvent).type, seed] as const))("an event of Terraform's is read whole: %s", (_type, seed) => expect(parseEvent(JSON.stringify(seed))).toEqual(seed));
