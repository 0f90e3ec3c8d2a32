import { ALL_PROGRAMS, type Program } from "../versions";

const cell = (text: string): string => text.replace(/\|/g, "\\|");

function row({ name, variable, least, below, proven, notRun, ends, back, ...program }: Program): string {
  const bounds = [...(least ? [`${least.version} or newer`] : []), ...(below ? [`below ${below.version}`] : [])].join(", ") || "any";
  const seen = `${proven.version}: ${proven.seen}${notRun === undefined ? "" : `. **${program.default} was not run here**: ${notRun}`}`;
  const support = ends.map(({ line, date }) => `${line}: ${date}`).join("<br>") || "not announced";
  const cells = [name, variable === undefined ? "lab only" : `\`${variable}\``, program.default, bounds, seen, support, backText(back)];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function backText(back: Program["back"]): string {
  if (back === undefined) return "yes, it keeps no data that it could not read";
  const LINES: Readonly<Record<number, string>> = { 1: "within a major version", 2: "within a minor version" };
  return `${LINES[back.numbers] === undefined ? "no" : `${LINES[back.numbers]}, else no`}: ${back.how}`;
}

/** The table of docs/versions.md: what is the default, what is accepted, what was seen, until when it is supported. */
export function versionsTable(): string {
  const head = ["program", "set by", "default", "accepted", "newest that was run", "end of support", "back to an older one"];
  const why = ALL_PROGRAMS.flatMap(({ name, least, below }) => [
    ...(least ? [`- ${name} before ${least.version}: ${least.why}.`] : []),
    ...(below ? [`- ${name} from ${below.version}: ${below.why}.`] : []),
  ]);
  const faults = ALL_PROGRAMS.flatMap(({ name, faults: known }) => known.map((one) => `- ${name} before ${one.below}: ${one.why}.${one.hole ? " **Security.**" : ""}`));
  return [
    `| ${head.join(" | ")} |`,
    `|${head.map(() => " --- |").join("")}`,
    ...ALL_PROGRAMS.map(row),
    "",
    "Why not others:",
    "",
    ...why,
    "",
    "Known faults, which `npm run versions` and the doctor's `server-version` name:",
    "",
    ...faults,
  ].join("\n");
}
