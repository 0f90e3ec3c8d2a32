import { table } from "../text";
import type { Difference, LiveDiff } from "./live";
import { missingLines } from "./render-missing";
import type { DnsPlan } from "./types";

const said = ({ kind, wanted, live, why }: Difference): string => {
  const values = kind === "different" && wanted !== undefined ? `is "${live}", wanted "${wanted}"` : (wanted ?? live ?? "");
  return why === undefined ? values : `${values}: ${why}`;
};

const SEEN: Readonly<Record<Difference["seen"], string>> = {
  both: "",
  authoritative: "only at the zone's own servers",
  resolver: "only at the public resolver: still propagating",
};

/** What differs as lines, and what could not be asked. */
export function renderDiff(diffs: readonly LiveDiff[], { missing }: Pick<DnsPlan, "missing">, resolvers: readonly string[]): string {
  const rows = diffs.flatMap(({ differences }) => differences.map((one) => [one.kind, one.name, one.type, said(one), SEEN[one.seen]]));
  const errors = diffs.flatMap(({ zone, unanswered }) => unanswered.map((line) => ["error", zone, "", line, ""]));
  const clean = diffs.filter(({ differences, unanswered }) => differences.length + unanswered.length === 0);
  return [
    ...table([...rows, ...errors]),
    ...missingLines(missing, (name) => name).map((line) => `not compared: ${line}`),
    ...clean.map(({ zone, servers }) => `no difference: ${zone}, at ${servers.join(", ")} and at ${resolvers.join(", ")}`),
    "",
  ].join("\n");
}

/** 0: all as it should be, 2: something differs, 1: something could not be asked. */
export const statusOf = (diffs: readonly LiveDiff[]): number =>
  diffs.some(({ unanswered }) => unanswered.length > 0) ? 1 : diffs.some(({ differences }) => differences.length > 0) ? 2 : 0;
