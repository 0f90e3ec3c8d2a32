import type { ApiError } from "./api";
import { oneLine } from "../text";
import type { Outcome } from "./apply";

const TITLE = "tailnet policy:";
const counted = (count: number, what: string): string => `${count} ${count === 1 ? "entry" : "entries"} ${what}`;

/** What was done, for the log of a deploy. */
export function outcomeLines({ written, added, removed, validated, retries, warnings, absent, named, others }: Outcome): string[] {
  const counts = [...(added.length > 0 ? [counted(added.length, "added")] : []), ...(removed.length > 0 ? [counted(removed.length, "removed")] : [])];
  const steps = [
    counts.join(", ") || (named === undefined ? "rewritten" : "nothing else changed"),
    ...(named === undefined ? [] : [counted(named, "of before named after this deployment")]),
    validated ? "validated" : "not validated before (this server offers no check)",
    ...(retries > 0 ? [`merged again, because somebody else wrote first (${retries}x)`] : []),
    "written",
  ];
  return [
    written ? `${TITLE} ${steps.join("; ")}` : `${TITLE} as it should be; nothing written`,
    ...(written ? [...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)] : []),
    ...Object.entries(others ?? {}).map(([name, count]) => `${TITLE} ${counted(count, name === "" ? "without a deployment's name" : `of deployment ${name}`)} left alone`),
    ...warnings.map((line) => `  warning: ${line}`),
    ...(absent === undefined ? [] : [`${TITLE} WITHOUT the tests that name ${absent.join(", ")}, because no node has joined as such; run npm run policy once it has`]),
  ];
}

/** Why nothing was done. */
export const errorLines = (error: ApiError): string[] => [
  `${TITLE} ${error.message}${error.uncertain ? "; whether it was written is not known: look, or try again" : ""}`,
  ...error.details.map((line) => `  ${oneLine(line)}`),
];
