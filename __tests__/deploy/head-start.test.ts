import { HeadStart, type Applied } from "../../lib/deploy/head-start";
import type { Plan } from "../../lib/deploy/plans";
import type { Site } from "../../lib/site/site";
import type { Stack } from "../../lib/site/stack";

const stack = (name: string): Stack => ({ name }) as Stack;
const [mailbox, edge] = [stack("mailbox"), stack("edge")];
const plan = (of: Stack, action = "create"): Plan => ({ stack: of, changes: [{ address: "docker_container.one", action }] }) as unknown as Plan;
const fine: Applied = { events: [] };
const failed: Applied = { events: [], failure: { line: "it gave up", seen: [] } };

function start(network: "host" | "sidecar", plans: Plan[], result: Applied = fine) {
  const [begun, planned]: [string[], string[]] = [[], []];
  const site = { edgeOf: (name: string) => (name === "edge" ? { network } : undefined), terraform: ({ name }: Stack) => ({ plan: async () => planned.push(name) }) } as unknown as Site;
  const early = new HeadStart(site, plans);
  early.begin(async (one) => {
    begun.push(one.stack.name);
    return result;
  });
  return { early, begun, planned };
}

test("at a first deploy the edge that is a node by itself starts beside the mailbox, and counts as done at its turn", async () => {
  const { early, begun, planned } = start("sidecar", [plan(mailbox), plan(edge)]);
  expect(begun).toEqual(["edge"]);
  expect(await early.outcome(mailbox)).toBeUndefined();
  expect(await early.outcome(edge)).toBe(fine);
  expect(planned).toEqual([]);
});

test("one that gave up waiting is planned again, to be applied at its own turn", async () => {
  const { early, planned } = start("sidecar", [plan(mailbox), plan(edge)], failed);
  expect(await early.outcome(edge)).toBeUndefined();
  expect(planned).toEqual(["edge"]);
  expect(await early.outcome(edge)).toBeUndefined();
});

test.each<[what: string, network: "host" | "sidecar", plans: Plan[]]>([
  ["an edge on its host's network, whose name is there already", "host", [plan(mailbox), plan(edge)]],
  ["a later deploy, where the old edge still serves", "sidecar", [plan(mailbox, "update"), plan(edge)]],
])("no head start for %s", (_, network, plans) => expect(start(network, plans).begun).toEqual([]));
