import type { ApiError } from "./api";
import type { Outcome } from "./apply";

const TITLE = "tailnet policy:";
const counted = (count: number, what: string): string => `${count} ${count === 1 ? "entry" : "entries"} ${what}`;

/** Who has no node yet, out of Headscale's own words. */
function absentees(lines: readonly string[]): string {
  const names = lines.flatMap((line) => /"([^"]+)" resolved/.exec(line)?.[1] ?? /-> ([^:]+:[^:]+):\d+/.exec(line)?.[1] ?? []);
  return [...new Set(names)].join(", ") || "somebody in them";
}

/** What was done, for the log of a deploy. */
export function outcomeLines({ written, added, removed, validated, retries, warnings, withoutTests }: Outcome): string[] {
  const counts = [...(added.length > 0 ? [counted(added.length, "added")] : []), ...(removed.length > 0 ? [counted(removed.length, "removed")] : [])];
  const steps = [
    counts.join(", ") || "rewritten",
    validated ? "validated" : "not validated before (this server offers no check)",
    ...(retries > 0 ? [`merged again, because somebody else wrote first (${retries}x)`] : []),
    "written",
  ];
  return [
    written ? `${TITLE} ${steps.join("; ")}` : `${TITLE} as it should be; nothing written`,
    ...(written ? [...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)] : []),
    ...warnings.map((line) => `  warning: ${line}`),
    ...(withoutTests === undefined ? [] : [`${TITLE} WITHOUT its tests, because no node has joined as ${absentees(withoutTests)}; run npm run policy once they have`]),
  ];
}

/** Why nothing was done. */
export const errorLines = (error: ApiError): string[] => [
  `${TITLE} ${error.message}${error.uncertain ? "; whether it was written is not known: look, or try again" : ""}`,
  ...error.details.map((line) => `  ${line}`),
];
