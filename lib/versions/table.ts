import { faultOf, hasEnded, supportEnd, type Program } from "../versions";

/** One program in one place: what .env wants, what runs, what there is. */
export interface VersionRow {
  readonly program: string;
  /** container, with its edge's name */
  readonly where: string;
  /** undefined where a digest or a name of one's own says none */
  readonly pinned?: string;
  /** undefined where nothing runs, or nothing answers */
  readonly running?: string;
  /** newest that is accepted; undefined: unknown */
  readonly newest?: string;
  /** ISO 8601 */
  readonly supportEnd?: string;
  /** SHA-256 of an edge's program */
  readonly sha256?: string;
  /** why what runs should not */
  readonly bad?: string;
  readonly severe: boolean;
}

export interface Seen {
  readonly where: string;
  readonly pinned?: string;
  readonly running?: string;
  readonly newest?: string;
  readonly sha256?: string;
}

/** What there is to say of one program that was seen. */
export function rowOf(program: Program, seen: Seen, now: Date): VersionRow {
  const version = seen.running ?? seen.pinned;
  const end = version === undefined ? undefined : supportEnd(program, version);
  const fault = version === undefined ? undefined : faultOf(program, version);
  const ended = end !== undefined && hasEnded(end, now);
  const bad = [...(ended ? [`no more fixes since ${end.date}`] : []), ...(fault === undefined ? [] : [fault.why])].join("; ");
  return {
    program: program.name,
    ...seen,
    ...(end === undefined ? {} : { supportEnd: end.date }),
    ...(bad === "" ? {} : { bad }),
    severe: seen.running !== undefined && (ended || fault?.hole === true),
  };
}

const COLUMNS = ["program", "where", "pinned", "running", "newest", "end of support"];

/** The rows as text columns, and below them what should not run. */
export function versionsText(rows: readonly VersionRow[]): string {
  const cells = rows.map((row) => [row.program, row.where, row.pinned ?? "-", row.running ?? "-", row.newest ?? "unknown", row.supportEnd ?? "-"]);
  const widths = COLUMNS.map((head, at) => Math.max(head.length, ...cells.map((line) => line[at].length)));
  const line = (words: readonly string[]): string => words.map((word, at) => word.padEnd(widths[at])).join("  ").trimEnd();
  const notes = rows.flatMap(({ bad, program, running, pinned, severe }) => (bad === undefined ? [] : [`${severe ? "BAD" : "note"}  ${program} ${running ?? pinned}: ${bad}`]));
  return [line(COLUMNS), ...cells.map(line), ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}
