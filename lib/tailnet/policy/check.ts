import type { Wire } from "../../wire";
import { reaches } from "./covers";
import type { PolicyTest, PolicySections } from "./types";

/** One allowed way: source list, destination and port as one text, for comparing. */
const way = (src: readonly string[], dst: readonly string[], port: number): string => `${src.join(", ")} -> ${dst.join(", ")}:${port}`;

function grantMistakes({ grants }: PolicySections, wire: Wire): string[] {
  const wanted = new Set(wire.grants.map(({ src, dst, port }) => way(src, [dst], port)));
  const found = new Map<string, number>();
  const mistakes: string[] = [];
  for (const { src, dst, ip } of grants) {
    const between = `the grant ${src.join(", ")} -> ${dst.join(", ")}`;
    if ([...src, ...dst].includes("*")) mistakes.push(`${between} names *, which is everybody; name tags, users or groups`);
    if (ip.length === 0) mistakes.push(`${between} names no port; take it out`);
    for (const item of ip) {
      const port = /^tcp:([1-9]\d*)$/.exec(item)?.[1];
      if (port === undefined) {
        mistakes.push(`${between} has "${item}"; allowed: tcp:port with one port, no *, no range, no list`);
        continue;
      }
      const one = way(src, dst, Number(port));
      if (!wanted.has(one)) mistakes.push(`${between} opens port ${port}, which the wire has not; take it out`);
      found.set(one, (found.get(one) ?? 0) + 1);
    }
  }
  for (const one of wanted) if (!found.has(one)) mistakes.push(`${one} is on the wire and has no grant; add it`);
  for (const [one, count] of found) if (count > 1) mistakes.push(`${one} is granted ${count} times; keep one of them`);
  return mistakes;
}

function edgeMistakes({ grants }: PolicySections, wire: Wire): string[] {
  const edges = new Set(wire.edges.map((edge) => edge.tag));
  return wire.lines
    .filter((line) => line.reach === "public")
    .map((line) => ({
      line,
      count: grants
        .filter((grant) => grant.dst.includes(wire.mailbox.tag) && grant.src.some((source) => edges.has(source)))
        .flatMap((grant) => grant.ip.filter((item) => item === `tcp:${line.port}`)).length,
    }))
    .filter(({ count }) => count !== 1)
    .map(({ line, count }) => `${line.name} is public and needs exactly one entry tcp:${line.port} from the edge to ${wire.mailbox.tag}; got ${count === 0 ? "none" : count}`);
}

function testMistakes(test: PolicyTest, { grants }: PolicySections): string[] {
  const about = `the test of ${test.src}`;
  const mistakes: string[] = [];
  if (test.src === "*" || /^(autogroup|group):/.test(test.src)) mistakes.push(`${about} needs a tag or one user as its source`);
  if ((test.accept ?? []).length + (test.deny ?? []).length === 0) mistakes.push(`${about} asks for nothing; take it out`);
  for (const key of ["accept", "deny"] as const)
    for (const target of test[key] ?? []) {
      const [, tag, port] = /^(tag:[A-Za-z][A-Za-z0-9-]*):([1-9]\d*)$/.exec(target) ?? [];
      if (tag === undefined) {
        mistakes.push(`${about} has "${target}" in ${key}; allowed: tag:name:port with one port, no *, no range, no list`);
        continue;
      }
      const answer = reaches(grants, test.src, tag, Number(port));
      if (key === "accept" && answer === "no") mistakes.push(`${about} expects ${target}, which no grant of ours opens`);
      if (key === "deny" && answer !== "no") mistakes.push(`${about} denies ${target}, which a grant of ours ${answer === "yes" ? "opens" : "may open"}`);
    }
  return mistakes;
}

function tagMistakes({ tagOwners, grants }: PolicySections, wire: Wire): string[] {
  const ours = [wire.mailbox.tag, ...wire.edges.map((edge) => edge.tag), ...grants.flatMap(({ dst }) => dst).filter((dst) => dst !== "*")];
  return [...new Set(ours)]
    .filter((tag) => !Object.hasOwn(tagOwners, tag))
    .map((tag) => `${tag} is not in tagOwners, and a rule may only name a tag that is; add it`);
}

/** What is wrong with a policy of ours, measured at the wire: one line for each mistake, none when it agrees. */
export function checkPolicy(policy: PolicySections, wire: Wire): string[] {
  return [
    ...edgeMistakes(policy, wire),
    ...grantMistakes(policy, wire),
    ...policy.tests.flatMap((test) => testMistakes(test, policy)),
    ...tagMistakes(policy, wire),
  ].map((mistake) => `tailnet policy: ${mistake}`);
}
