import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { SecretName, Settings, VariableName } from "./contract";
import { concealing, mistakeLine, printable } from "./messages";
import type { Reading, SecretText } from "./read";

/** What the rules between variables share: the settings that they look at, and the place for what they find. */
export class Findings {
  readonly settings: Settings;
  private readonly refusals: string[] = [];
  private readonly warned: string[] = [];
  private readonly lacking: string[] = [];
  private readonly needed = new Set<SecretName>();
  private readonly conceal: (text: string) => string;

  constructor(
    private readonly reading: Reading,
    private readonly project: string,
  ) {
    this.settings = reading.settings;
    this.conceal = concealing([...reading.secrets.values()].map(({ value }) => value));
  }

  /** Set by the operator, as opposed to a default. */
  isGiven(name: VariableName): boolean {
    return this.reading.given.has(name);
  }

  secret(name: SecretName): SecretText | undefined {
    return this.reading.secrets.get(name);
  }

  /** `rest` says what is wrong and how to mend it, and names the other variables that the rule looks at. */
  refuse(name: VariableName, got: string | number | readonly string[], rest: string): void {
    this.refusals.push(mistakeLine(name, printable(this.conceal(Array.isArray(got) ? got.join(",") : String(got))), rest));
  }

  /** A variable that has to be set because of another. */
  lacks(name: VariableName, rest: string): void {
    this.refusals.push(mistakeLine(name, undefined, rest));
  }

  warn(text: string): void {
    this.warned.push(text);
  }

  /** Says of variables that are set and do nothing here: a setting that never reaches its server misleads. */
  idle(because: string, ...names: VariableName[]): void {
    for (const name of names.filter((one) => this.isGiven(one))) this.warn(`${name} is set and does nothing: ${because}`);
  }

  /** A secret that this deployment needs; synth does without its value. */
  need(name: SecretName, why: string): void {
    this.needed.add(name);
    const absent = this.reading.absent.get(name);
    if (absent !== undefined) this.lacking.push(`${name}: ${why}; the file that ${name}_FILE names ${absent}`);
    else if (!this.secret(name)) this.lacking.push(`${name}: ${why}`);
  }

  /** A secret that is used when it is given, and that nothing lacks without. */
  mayUse(name: SecretName): void {
    if (this.isGiven(name)) this.needed.add(name);
  }

  /** A file that deploy needs; synth does without it. */
  needFile(name: VariableName, path: string): void {
    const whole = resolve(this.project, path);
    if (!existsSync(whole)) this.lacking.push(`${name}: the file ${path} is not there`);
    else if (!statSync(whole).isFile()) this.refuse(name, path, "it is no file; write the path of one");
  }

  /** Anything else that deploy needs. */
  needOther(text: string): void {
    this.lacking.push(text);
  }

  /** Without those that speak of a variable which is wrong by itself: its stand-in value may be all that they complain about. */
  get mistakes(): readonly string[] {
    const { wrong, mistakes } = this.reading;
    const speaksOf = (line: string): boolean => (line.match(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\b/g) ?? []).some((word) => wrong.has(word as VariableName));
    return [...mistakes, ...this.refusals.filter((line) => !speaksOf(line))];
  }

  get warnings(): readonly string[] {
    const unused = [...this.reading.secrets.keys()].filter((name) => !this.needed.has(name));
    return [...this.warned, ...unused.map((name) => `${name} is set and does nothing: nothing in this configuration uses it`)];
  }

  get missing(): readonly string[] {
    return this.lacking;
  }

  get neededSecrets(): readonly SecretName[] {
    return [...this.needed];
  }
}
