import { CONTRACT, SECRETS, VARIABLES, type SecretName, type Settings, type VariableName } from "./contract";
import type { ConfigInput } from "./deployment";
import { looksLikeName, readDotenv, type DotenvMistake, type DotenvText } from "./dotenv";
import { concealing, mistakeLine, printable, userinfoIn } from "./messages";
import { readSecretFile } from "./secret-file";
import { didYouMean, filePath, outcome, strangeSign, trimPlain, type Outcome, type ValueType } from "./values";

/** A secret as it was given: its text, and the file that it came from, when it did. */
export interface SecretText {
  readonly value: string;
  readonly path?: string;
  /** the file holds more than the value (a carriage return, a byte order mark), so a clean copy has to stand in for it */
  readonly rewritten?: true;
}

/** What the variables say, each for itself. */
export interface Reading {
  /** every setting; where one is wrong or missing its default or example stands in, and {@link wrong} has its name */
  readonly settings: Settings;
  /** set by the operator, in the environment or in `.env` */
  readonly given: ReadonlySet<VariableName>;
  readonly wrong: ReadonlySet<VariableName>;
  readonly secrets: ReadonlyMap<SecretName, SecretText>;
  /** secrets whose file is named and has nothing in it yet, with what is the matter with the file */
  readonly absent: ReadonlyMap<SecretName, string>;
  readonly examples: readonly string[];
  readonly mistakes: readonly string[];
}

const MOST_CHARACTERS = 4096;

/** Names that Terraform reads from the environment of the deploy. */
const TERRAFORMS_OWN = /^(PG_CONN_STR|(AWS|TF)_\w+)$/;

const KNOWN = new Set<string>([...VARIABLES, ...SECRETS.map((name) => `${name}_FILE`)]);

function unknownNames({ values }: DotenvText): DotenvMistake[] {
  return [...values].flatMap(([name, { line }]) => {
    if (KNOWN.has(name)) return [];
    const meant = didYouMean(name, [...KNOWN]);
    const stem = name.replace(/_FILE$/, "");
    const hint = TERRAFORMS_OWN.test(name)
      ? "Terraform reads it from the environment: export it in the shell that deploys"
      : KNOWN.has(stem)
        ? `only a secret can be given by file; write ${stem}=value`
        : meant || "the variables are listed in .env.example; take the line out";
    // A word that is no name's like may be part of a secret that went over two lines.
    return [{ line, text: `${looksLikeName(name) || meant ? printable(name) : "what stands before the ="} is not a variable of tailwart; ${hint}` }];
  });
}

/** @returns the value, or the hint: too long, a sign that came along when it was copied, or what the type says */
function readText(type: ValueType<unknown>, text: string): Outcome<unknown> {
  if (text.length > MOST_CHARACTERS) return { hint: `it has ${text.length} characters; write at most ${MOST_CHARACTERS}` };
  const sign = strangeSign(text);
  return sign === undefined ? outcome(type, text) : { hint: `it holds ${sign}; write it with the plain sign, or without` };
}

const standIns = new Map<VariableName, unknown>();

/** The value of the default, or of the example where there is none. Always the same, so it is read once. */
function standIn(name: VariableName): unknown {
  const { type, default: byDefault, example } = CONTRACT[name];
  const text = byDefault ?? example;
  if (!standIns.has(name)) standIns.set(name, text === undefined ? undefined : type.parse(text));
  return standIns.get(name);
}

interface Given {
  readonly text: string;
  readonly from: "environment" | "file" | "settings";
}

/** Secrets in a file that everybody can read; a `_FILE` is only a path. */
function secretNames({ values }: DotenvText): DotenvMistake[] {
  const names = new Set<string>(SECRETS);
  const text = (name: string): string => `${name} is a secret, and this file is committed; move it to .env, and change it if it was ever pushed`;
  return [...values].flatMap(([name, { line, value }]) => (names.has(name) && value.trim() !== "" ? [{ line, text: text(name) }] : []));
}

const errorLines = (file: string, errors: readonly DotenvMistake[]): string[] =>
  [...errors].sort((a, b) => a.line - b.line).map(({ line, text }) => `${file} line ${line}: ${text}`);

/** Reads every variable by its own type: from the environment, `.env`, `settings.env`. Rules between variables come later. */
export function readVariables({ project, environment, dotenv, settings: committed }: ConfigInput): Reading {
  const file = readDotenv(dotenv ?? "");
  const shared = readDotenv(committed ?? "");
  const mistakes = [
    ...errorLines(".env", [...file.mistakes, ...unknownNames(file)]),
    ...errorLines("settings.env", [...shared.mistakes, ...unknownNames(shared), ...secretNames(shared)]),
  ];
  const settings: Partial<Record<VariableName, unknown>> = {};
  const given = new Set<VariableName>();
  const wrong = new Set<VariableName>(VARIABLES.filter((name) => [...file.mistakes, ...shared.mistakes].some((one) => one.name === name || one.name === `${name}_FILE`)));
  const secrets = new Map<SecretName, SecretText>();
  const absent = new Map<SecretName, string>();
  const examples: string[] = [];

  // An empty value counts as not set, so that `NAME=` in a copied .env does no harm, nor in the environment.
  const filled = (text: string | undefined, from: Given["from"]): Given | undefined => (text === undefined || trimPlain(text) === "" ? undefined : { text, from });
  const find = (name: string): Given | undefined =>
    filled(environment[name], "environment") ??
    filled(file.values.get(name)?.value, "file") ??
    filled(shared.values.get(name)?.value, "settings");

  const refuse = (name: VariableName, line: string): void => {
    wrong.add(name);
    mistakes.push(line);
  };

  function readSecret(name: SecretName): void {
    const { allowed, type } = CONTRACT[name];
    const value = find(name);
    const path = find(`${name}_FILE`);
    if (value ?? path) given.add(name);
    if (value && path && value.from === path.from) refuse(name, `${name}: it is set and ${name}_FILE too; keep one of them`);
    const check = (text: string, rest: Omit<SecretText, "value">): void => {
      // Kept in any case: a refused secret must not show up in other messages either.
      secrets.set(name, { value: text, ...rest });
      const read = readText(type, text);
      const source = rest.path === undefined ? name : `${name}_FILE`;
      if ("hint" in read) refuse(name, `${source}: got a value that cannot be used (not shown); allowed: ${allowed}; ${read.hint}`);
    };
    const order = ["environment", "file", "settings"] as const;
    if (value && !(path && order.indexOf(path.from) < order.indexOf(value.from))) return check(value.text, {});
    if (!path) return;
    const trimmed = path.text.trim();
    const strange = strangeSign(path.text);
    const named = strange === undefined ? outcome(filePath, trimmed) : { hint: `it holds ${strange}; copy it again without` };
    const read = "hint" in named ? { mistake: named.hint } : readSecretFile(project, trimmed);
    if ("mistake" in read) refuse(name, `${name}_FILE: got a path that cannot be used (not shown); allowed: the path of a readable file with one line; ${read.mistake}`);
    else if ("absent" in read) absent.set(name, read.absent);
    else check(read.value, { path: trimmed, ...(read.rewritten ? { rewritten: true } : {}) });
  }

  SECRETS.forEach(readSecret);
  const kept = [...secrets.values()].map(({ value }) => value);

  function readSetting(name: VariableName): void {
    const { type, required, allowed, example, default: byDefault } = CONTRACT[name];
    const raw = find(name)?.text;
    const text = raw === undefined ? undefined : trimPlain(raw);
    // A login before an @ is hidden as a whole, and so is each of its parts in a hint that quotes them.
    const conceal = concealing([...kept, ...userinfoIn(text ?? "")]);
    const shown = (some: string, most?: number): string => printable(conceal(some), most);
    if (text === undefined) {
      if (required && dotenv === undefined && committed === undefined) examples.push(`${name}=${example}`);
      else if (required && !wrong.has(name)) refuse(name, mistakeLine(name, undefined, `allowed: ${allowed}; set it, for example ${name}=${example}`));
      if (required || byDefault !== undefined) settings[name] = standIn(name);
      return;
    }
    given.add(name);
    if (required && text.toLowerCase().split(/[\s,=]+/).includes(example ?? "")) examples.push(`${name}=${shown(text)}`);
    const read = readText(type, text);
    if ("value" in read) return void (settings[name] = read.value);
    refuse(name, mistakeLine(name, shown(text), `allowed: ${allowed}; ${shown(read.hint, 400)}`));
    settings[name] = standIn(name);
  }

  VARIABLES.filter((name) => !CONTRACT[name].secret).forEach(readSetting);
  return { settings: settings as Settings, given, wrong, secrets, absent, examples, mistakes };
}
