import { changesOf, errorsOf, parseEvent } from "../../lib/site/events";

const planned = (addr: string, action: string): string => JSON.stringify({ "@level": "info", "@message": "", type: "planned_change", change: { resource: { addr }, action } });

describe("Terraform's lines", () => {
  test.each(["", "Error: no such option", "{broken", "[]", "{}", "null"])("fails on none that is no event: %j", (line) => expect(parseEvent(line)).toBeUndefined());

  test("changes are what a plan does, not what it leaves or reads", () => {
    const events = [planned("a.b", "create"), planned("c.d", "noop"), planned("e.f", "read"), planned("g.h", "replace")].map((line) => parseEvent(line)!);
    expect(changesOf(events)).toEqual([
      { address: "a.b", action: "create" },
      { address: "g.h", action: "replace" },
    ]);
  });

  test("errors without warnings", () => {
    const said = (severity: string) => parseEvent(JSON.stringify({ type: "diagnostic", "@message": "", diagnostic: { severity, summary: severity, detail: "" } }))!;
    expect(errorsOf([said("warning"), said("error")])).toEqual([{ severity: "error", summary: "error", detail: "" }]);
  });
});
