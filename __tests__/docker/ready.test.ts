import { Ready } from "../../lib/docker/ready";
import { synthesize } from "../synth";

test("something missing stops the plan with one line each", () => {
  const { resources, json } = synthesize((stack) => new Ready(stack, "ready", ["TS_AUTHKEY: why", "A=${b}"]));
  const [check] = Object.values(resources("null_resource"));
  expect(Object.values(json.locals)).toEqual([["TS_AUTHKEY: why", "A=$${b}"]]);
  expect(check.lifecycle.precondition).toEqual([
    { condition: expect.stringMatching(/^\$\{length\(local\.\w+\) == 0\}$/), error_message: expect.stringContaining("- TS_AUTHKEY: why\n- A=$${b}\nnothing was changed") },
  ]);
});

test("nothing missing adds nothing", () => {
  const { resources } = synthesize((stack) => new Ready(stack, "ready", []));
  expect(resources("null_resource")).toEqual({});
});
