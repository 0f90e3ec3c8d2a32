import { CHECKS } from "./checks";
import type { Check } from "./check";

const section = ({ name, proves, from, severity, symptom, cause, fix, lesson, preflight }: Check): string =>
  [
    `### ${name}`,
    `${proves[0].toUpperCase()}${proves.slice(1)}. From: ${from}; ${severity}${preflight ? "; also before the first deploy" : ""}.`,
    `- **Symptom**: ${symptom}`,
    `- **Cause**: ${cause}`,
    `- **Fix**: ${fix}${lesson === undefined ? "" : ` ([more](LESSONS.md#${lesson}))`}`,
  ].join("\n");

/** All checks with their words, for docs/doctor.md. */
export const checksDocument = (): string => CHECKS.map(section).join("\n\n");
