import { isFirst, offerPreflight } from "../../lib/deploy/preflight";
import type { Plan } from "../../lib/deploy/plans";
import type { Site } from "../../lib/site/site";

const plan = (...actions: string[]): Plan => ({ changes: actions.map((action, index) => ({ address: `docker_container.${index}`, action })) }) as unknown as Plan;

describe("a first deploy", () => {
  test.each<[what: string, plans: Plan[], first: boolean]>([
    ["makes everything", [plan("create", "create"), plan("create")], true],
    ["may have a stack with nothing to do", [plan(), plan("create")], true],
    ["changes nothing that is there", [plan("create"), plan("update")], false],
    ["has something to do", [plan(), plan()], false],
  ])("%s", (_, plans, first) => expect(isFirst(plans)).toBe(first));
});

test("without a person one line says how to have the preflight", async () => {
  const said: string[] = [];
  await offerPreflight({ say: (line: string) => said.push(line) } as unknown as Site, false);
  expect(said).toEqual([expect.stringContaining("npm run doctor -- --preflight")]);
});

test("a person who does not want it gets nothing", async () => {
  const said: string[] = [];
  await offerPreflight({ say: (line: string) => said.push(line), place: { ask: async () => "no" } } as unknown as Site, true);
  expect(said).toEqual([]);
});
