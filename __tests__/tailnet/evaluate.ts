import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";

/** What is wrong with a policy, as Tailscale says it. */
export interface Verdict {
  readonly message: string;
  readonly data?: readonly { readonly user: string; readonly errors: readonly string[] }[];
}

type Policy = {
  tagOwners?: Record<string, string[]>;
  groups?: Record<string, string[]>;
  grants?: { src: string[]; dst: string[]; ip?: string[] }[];
  acls?: { src?: string[]; dst?: string[]; action?: string }[];
  tests?: { src: string; accept?: string[]; deny?: string[] }[];
};

/** Whether one port (`tcp:25`, `25`, `*`, `1-1024`, `25,465`) is among those of a rule. */
const holds = (ports: string, port: number): boolean =>
  ports.replace(/^(tcp|6|\*):/, "").split(",").some((one) => {
    const [from, to = from] = one.split("-");
    return one === "*" || (Number(from) <= port && port <= Number(to));
  });

const names = (policy: Policy, list: readonly string[], who: string): boolean =>
  list.some((one) => ["*", "autogroup:danger-all", who].includes(one) || (/^autogroup:members?$/.test(one) && !who.startsWith("tag:")) || (one === "autogroup:tagged" && who.startsWith("tag:")) || (policy.groups?.[one] ?? []).includes(who));

/** Nothing allows everything; else some rule has to. */
export function allows(policy: Policy, who: string, target: string, port: number): boolean {
  if (policy.grants === undefined && policy.acls === undefined) return true;
  const grants = (policy.grants ?? []).some((grant) => names(policy, grant.src, who) && names(policy, grant.dst, target) && (grant.ip ?? []).some((ip) => holds(ip, port)));
  const acls = (policy.acls ?? []).some(
    ({ src = [], dst = [] }) => names(policy, src, who) && dst.some((one) => names(policy, [one.slice(0, one.lastIndexOf(":"))], target) && holds(one.slice(one.lastIndexOf(":") + 1), port)),
  );
  return grants || acls;
}

export function parsed(text: string): Policy {
  return parse(text, [], { allowTrailingComma: true }) as Policy;
}

/** Syntax, undefined tags, one port for each target, and the policy's own tests (facts recorded from the real service). */
export function verdictOn(text: string): Verdict | undefined {
  const mistakes: ParseError[] = [];
  const policy = parse(text, mistakes, { allowTrailingComma: true }) as Policy;
  if (mistakes.length > 0 || typeof policy !== "object") {
    const before = text.slice(0, mistakes[0]?.offset ?? 0).split("\n");
    return { message: `line ${before.length}, column ${before[before.length - 1].length + 1}: ${printParseErrorCode(mistakes[0]?.error ?? 0)}` };
  }
  for (const { src, dst } of policy.grants ?? [])
    for (const one of [...src, ...dst]) if (one.startsWith("tag:") && !policy.tagOwners?.[one]) return { message: `grants: tag not found: "${one}"` };
  const data = (policy.tests ?? []).flatMap(({ src, accept = [], deny = [] }) => {
    const errors = [...accept.map((target) => [target, true] as const), ...deny.map((target) => [target, false] as const)].flatMap(([target, wanted]) => {
      const [, tag, port] = /^(.+):(\d+)$/.exec(target) ?? [];
      if (tag === undefined) return [`${target}: not a single port`];
      const got = allows(policy, src, tag, Number(port));
      return got === wanted ? [] : [`address "${target}": want: ${wanted ? "Accept" : "Drop"}, got: ${got ? "Accept" : "Drop"}`];
    });
    return errors.length === 0 ? [] : [{ user: src, errors }];
  });
  return data.length === 0 ? undefined : { message: "test(s) failed", data };
}
