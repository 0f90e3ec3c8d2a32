import { createScanner } from "jsonc-parser";

/** Decisions, one after the other, from a list of numbers that fast-check makes up and shrinks; past its end always the first choice. */
export class Tape {
  private at = 0;
  constructor(private readonly numbers: readonly number[]) {}
  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }
  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
  /** Up to `most` of the choices, none twice. */
  some<T>(choices: readonly T[], most: number): T[] {
    const left = [...choices];
    return Array.from({ length: Math.min(this.below(most + 1), left.length) }, () => left.splice(this.below(left.length), 1)[0]);
  }
}

const SPACES = ["", "", " ", "\n", "  ", "\t", "\r\n", "\n\n  ", " \n\t"];
const COMMENTS = ["// c\n", "/* d */", "// tailwart is nice\r\n", "/* e\n f */", "//\n", "/**/", '// "grants": [\n', "/* } */"];

const gap = (tape: Tape): string => {
  const choice = tape.below(40);
  return choice < 36 ? SPACES[choice % SPACES.length] : tape.one(SPACES) + tape.one(COMMENTS) + tape.one(SPACES);
};

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function write(value: Json, tape: Tape, out: string[]): void {
  const list = (open: string, close: string, items: readonly (() => void)[]): void => {
    out.push(open, gap(tape));
    items.forEach((item, index) => {
      item();
      out.push(gap(tape));
      if (index < items.length - 1 || tape.below(2) === 1) out.push(",", gap(tape));
    });
    out.push(close);
  };
  if (Array.isArray(value)) list("[", "]", (value as readonly Json[]).map((one) => () => write(one, tape, out)));
  else if (typeof value === "object" && value !== null)
    list("{", "}", Object.entries(value).map(([key, one]) => () => {
      out.push(JSON.stringify(key), gap(tape), ":", gap(tape));
      write(one as Json, tape, out);
    }));
  else out.push(JSON.stringify(value));
}

const PEOPLE = ["*", "autogroup:member", "autogroup:admin", "group:ops", "ann@example.com", "tag:reverse-proxy", "tag:stalwart", "tag:other", "é@x", "a\"b\\"];
const PORTS = ["*", "tcp:25", "443", "tcp:1-1024", "udp:53", "tcp:465"];
const cased = (name: string, tape: Tape): string => [name, name, name.toUpperCase(), name[0].toUpperCase() + name.slice(1), name.toLowerCase()][tape.below(5)];

const rule = (tape: Tape): Json => ({ [cased("src", tape)]: tape.some(PEOPLE, 3), dst: tape.some(PEOPLE, 2), ...(tape.below(4) > 0 ? { ip: tape.some(PORTS, 4) } : { app: { "example.com/cap": [{ n: tape.below(9), deep: [[], {}, null, true] }] } }) });
const acl = (tape: Tape): Json => ({ action: "accept", src: tape.some(PEOPLE, 2), dst: tape.some(PEOPLE, 2).map((one) => `${one}:25`) });
const check = (tape: Tape): Json => ({ src: tape.one(PEOPLE), accept: ["tag:stalwart:25"], ...(tape.below(2) ? { proto: "tcp" } : {}) });
const several = (tape: Tape, make: (tape: Tape) => Json): Json[] => Array.from({ length: tape.below(4) }, () => make(tape));

/** A policy without anything of ours, that allows our tags their owners. */
export function randomPolicy(numbers: readonly number[]): string {
  const tape = new Tape(numbers);
  const owners = (): Json => Object.fromEntries(tape.some(["tag:other", "tag:stalwart", "tag:Stalwart", "tag:reverse-proxy", "tag:x"], 4).map((tag) => [tag, tape.some(["autogroup:member", "group:ops"], 2).concat("autogroup:admin")]));
  const members: Record<string, () => Json> = {
    tagOwners: owners,
    grants: () => several(tape, rule),
    acls: () => several(tape, acl),
    tests: () => several(tape, check),
    groups: () => ({ "group:ops": tape.some(["ann@example.com", "// tailwart: end"], 2) }),
    hosts: () => ({ "a": "100.64.0.1", "A": "100.64.0.2" }),
    randomizeClientPort: () => tape.below(2) === 1,
  };
  const value = Object.fromEntries(tape.some(Object.keys(members), 7).map((name) => [cased(name, tape), members[name]()]));
  const out = [tape.below(20) === 1 ? "\uFEFF" : "", gap(tape)];
  write(value, tape, out);
  out.push(gap(tape));
  return out.join("");
}

const [LINE_COMMENT, BLOCK_COMMENT, LINE_BREAK, TRIVIA] = [12, 13, 14, 15];

/** The same text with other blanks and line breaks between its tokens and comments: what a formatter does. */
export function respaced(text: string, numbers: readonly number[]): string {
  const tape = new Tape(numbers);
  const scanner = createScanner(text.replace(/^\uFEFF/, ""), false);
  const out: string[] = [];
  for (let kind: number = scanner.scan(); kind !== 17; kind = scanner.scan()) {
    if (kind === LINE_BREAK || kind === TRIVIA) continue;
    out.push(tape.one(SPACES), text.replace(/^\uFEFF/, "").slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength()));
    if (kind === LINE_COMMENT) out.push("\n");
    else if (kind === BLOCK_COMMENT) out.push(" ");
  }
  return out.join("");
}

/** The same text with comments, blanks and commas that people leave behind in a few places. */
export function touched(text: string, numbers: readonly number[]): string {
  const tape = new Tape(numbers);
  const scanner = createScanner(text, true);
  const out: string[] = [];
  let [at, before] = [0, ""];
  for (let kind: number = scanner.scan(); kind !== 17; kind = scanner.scan()) {
    const [offset, token] = [scanner.getTokenOffset(), scanner.getTokenValue()];
    const closes = token === "}" || token === "]";
    if (tape.below(8) === 1 && closes && !["{", "[", ","].includes(before)) out.push(","), (before = ",");
    out.push(text.slice(at, offset));
    if (tape.below(8) === 1) out.push(gap(tape));
    out.push(text.slice(offset, offset + scanner.getTokenLength()));
    at = offset + scanner.getTokenLength();
    before = text.slice(offset, at);
  }
  return out.join("") + text.slice(at);
}

/** The same text with a few characters gone, doubled or changed: mostly no HuJSON any more. */
export function mangled(text: string, numbers: readonly number[]): string {
  const tape = new Tape(numbers);
  let mangledText = text;
  for (let count = 1 + tape.below(3); count > 0; count -= 1) {
    const at = (tape.below(256) * 256 + tape.below(256)) % (mangledText.length + 1);
    mangledText = mangledText.slice(0, at) + tape.one(["", "{", "}", "[", "]", ",", '"', "//", "/*", "\n", "\r", ":", "\\", "\u0000"]) + mangledText.slice(at + tape.below(2));
  }
  return mangledText;
}
