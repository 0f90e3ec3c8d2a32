import { ALL_PROGRAMS, faultOf, hasEnded, supportEnd } from "../versions";

export { olderThan, versionIn } from "../versions";

/** What a version of a program is known for, or that its line gets no more fixes; undefined for a good one. */
export function knownBad(name: string, version: string, now: Date = new Date()): string | undefined {
  const program = ALL_PROGRAMS.find((one) => one.name === name);
  if (program === undefined) return undefined;
  const fault = faultOf(program, version);
  if (fault !== undefined) return fault.why;
  const end = supportEnd(program, version);
  return end !== undefined && hasEnded(end, now) ? `${end.line} gets no more fixes since ${end.date}` : undefined;
}
