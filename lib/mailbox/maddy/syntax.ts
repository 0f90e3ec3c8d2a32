/** A line of maddy's configuration: a word, its arguments, and a block (maddy.email/reference/config-syntax). */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
}

export const directive = (name: string, args: readonly string[] = [], block?: readonly Directive[]): Directive => ({ name, args, ...(block ? { block } : {}) });

const quoted = (arg: string): string => (/^[^\s"\\#{}]+$/.test(arg) || /^\{(env:[A-Z_0-9]+|\{[a-z_0-9]+\})\}$/.test(arg) ? arg : `"${arg.replace(/"/g, '\\"')}"`);

export const render = (directives: readonly Directive[], indent = ""): string =>
  directives
    .map(({ name, args, block }) => {
      const head = `${indent}${[name, ...args.map(quoted)].join(" ")}`;
      return block ? `${head} {\n${render(block, `${indent}    `)}${indent}}\n` : `${head}\n`;
    })
    .join("");

const words = (line: string): string[] => [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, text, word]) => text?.replace(/\\"/g, '"') ?? word);

/** Reads what {@link render} writes: one directive a line, `{` at a line's end, `}` alone. */
export function parse(text: string): Directive[] {
  const stack: Directive[][] = [[]];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (line === "}") {
      stack.pop();
      continue;
    }
    const opens = / \{$/.test(line);
    const [name, ...args] = words(opens ? line.slice(0, -2) : line);
    const block: Directive[] = [];
    stack.at(-1)?.push(directive(name, args, opens ? block : undefined));
    if (opens) stack.push(block);
  }
  return stack[0];
}
