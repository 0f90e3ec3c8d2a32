import type { Deployment } from "../../config";
import { PRIVATE_PORTS, SERVICES, type Line, type Wire } from "../../wire";
import { reaches } from "./covers";
import type { PolicyGrant, PolicyTest } from "./types";

/** Remote login: never part of the wire, and what a broad rule opens first. */
export const SSH_PORT = 22;

interface Target {
  readonly tag: string;
  readonly port: number;
}

const at = (tag: string, lines: readonly Line[]): Target[] => lines.map(({ port }) => ({ tag, port }));

/**
 * What the grants must allow and what no rule of the whole policy may allow. One port for each destination.
 * Where TS_POLICY_DENY_TESTS is false, only the first.
 * A target is asked for in the direction that our own grants give; where they leave it open (a group, a role), not at all.
 */
export function policyTests({ tailnet }: Deployment, wire: Wire, grants: readonly PolicyGrant[]): PolicyTest[] {
  const { tags, testUser, policy } = tailnet;
  const served = wire.lines.filter((line) => line.kind !== "backend");
  const backendLines = wire.lines.filter((line) => line.kind === "backend");
  // Only external backends are granted: embedded ones sit on the mailbox's loopback and have no node, so no tag, to ask for.
  const external = wire.grants.filter(({ line }) => SERVICES[line].kind === "backend").map(({ dst, port }) => ({ tag: dst, port }));
  const nobodys: Target[] = [{ tag: tags.mailbox, port: PRIVATE_PORTS.recovery }];

  const test = (src: string, targets: readonly Target[]): PolicyTest[] => {
    const asked = (answer: "yes" | "no"): string[] => [
      ...new Set(targets.filter(({ tag, port }) => reaches(grants, src, tag, port) === answer).map(({ tag, port }) => `${tag}:${port}`)),
    ];
    const [accept, deny] = [asked("yes"), policy.denyTests ? asked("no") : []];
    if (accept.length + deny.length === 0) return [];
    return [{ src, proto: "tcp", ...(accept.length > 0 ? { accept } : {}), ...(deny.length > 0 ? { deny } : {}) }];
  };

  const publicMail = served.filter((line) => line.kind === "mail" && line.reach === "public");
  return [
    ...test(tags.edge, [...at(tags.mailbox, served), ...external, ...at(tags.mailbox, backendLines), { tag: tags.mailbox, port: SSH_PORT }, ...nobodys]),
    ...test(tags.mailbox, [...external, ...at(tags.edge, publicMail)]),
    ...(testUser === undefined ? [] : test(testUser, [...at(tags.mailbox, served), ...nobodys])),
  ];
}
