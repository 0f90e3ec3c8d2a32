import { wrap } from "../text";
import { SECTIONS, type Variable } from "./contract";

const WIDTH = 100;

/** How a person makes a good value for a secret that may be invented. */
const COMMANDS: Readonly<Record<NonNullable<Variable["generate"]>, string>> = {
  password: "openssl rand -hex 16",
  hex32: "openssl rand -hex 32",
  garageKey: "echo GK$(openssl rand -hex 12)",
};

const HEADER = [
  "The settings of tailwart. Copy this file to .env, edit the copy, then run: npm run synth",
  "A line that begins with # is off; it shows the default or an example. A value of the process environment wins " +
    "over the one in .env, and an empty value counts as not set.",
  "A secret can be given as NAME=value or, better, as NAME_FILE=path of a file that holds it. Synth needs none; deploy " +
    "says which are missing, and npm run secrets invents those that you may choose.",
  "This file is made from lib/config/contract.ts: npm run docs",
];

const comment = (text: string): string => wrap(text, WIDTH - 2).map((line) => `# ${line}`).join("\n");

const defaultOf = ({ required, secret, default: byDefault, defaultIs }: Variable): string | undefined =>
  required ? "required" : secret ? undefined : (byDefault ?? defaultIs ?? "not set");

function entry(name: string, variable: Variable): string {
  const { meaning, allowed, required, secret, generate, example, default: byDefault } = variable;
  const facts = [`Allowed: ${allowed}.`, ...(required ? ["Required."] : secret ? [] : [`Default: ${defaultOf(variable)}.`])];
  const how = generate === undefined ? [] : [`Make one: ${COMMANDS[generate]}`];
  const value = secret ? "" : (byDefault ?? example ?? "");
  return [comment(meaning), comment(facts.join(" ")), ...how.map(comment), `${required ? "" : "#"}${name}=${value}`].join("\n");
}

const sections = Object.entries(SECTIONS).map(([title, variables]) => ({ title, variables: Object.entries(variables as Record<string, Variable>) }));

/** The text of `.env.example`. As it is, it is a `.env` without mistakes. */
export function envExample(): string {
  const blocks = sections.flatMap(({ title, variables }) => [
    `# ${"-".repeat(8)} ${title} ${"-".repeat(WIDTH - title.length - 12)}`,
    ...variables.map(([name, variable]) => entry(name, variable)),
  ]);
  return `${[HEADER.map(comment).join("\n#\n"), ...blocks].join("\n\n")}\n`;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replace(/\|/g, "\\|");

function defaultCell(variable: Variable): string {
  const { required, secret, example, default: byDefault } = variable;
  if (secret) return "secret";
  if (required) return `**required**, like ${code(example ?? "")}`;
  return byDefault === undefined ? (defaultOf(variable) ?? "") : code(byDefault);
}

/** The variables as Markdown: a heading and a table for each section. */
export function variablesTable(): string {
  const table = (variables: (typeof sections)[number]["variables"]): string[] => [
    "| variable | meaning | allowed | default |",
    "| --- | --- | --- | --- |",
    ...variables.map(([name, variable]) => `| ${[code(name), variable.meaning, variable.allowed, defaultCell(variable)].map(cell).join(" | ")} |`),
  ];
  return sections.map(({ title, variables }) => [`### ${title}`, "", ...table(variables)].join("\n")).join("\n\n");
}
