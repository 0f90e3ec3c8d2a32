import type { PolicyGrant } from "./types";

/** "maybe": only the control server knows who is in a group or has a role. */
export type Answer = "yes" | "no" | "maybe";

/** Whether what a grant names as its source covers one tag or one user (`name@...`). */
export function covers(source: string, who: string): Answer {
  if (source === who) return "yes";
  // Groups and autogroups hold users; the contract refuses those that hold tagged nodes.
  if (who.startsWith("tag:") || !/^(group|autogroup):/.test(source)) return "no";
  return source === "autogroup:member" || source === "autogroup:members" ? "yes" : "maybe";
}

/** Whether the grants let `who` reach a port of the nodes that carry a tag. */
export function reaches(grants: readonly PolicyGrant[], who: string, tag: string, port: number): Answer {
  const answers = grants
    .filter((grant) => grant.dst.includes(tag) && grant.ip.includes(`tcp:${port}`))
    .flatMap((grant) => grant.src.map((source) => covers(source, who)));
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}
