import { refuseIfAny } from "../errors";
import { hintOf } from "../site/only";

export interface Options {
  readonly yes: boolean;
  readonly withData: boolean;
  /** stacks by name @default all */
  readonly only?: readonly string[];
}

const USE = { deploy: ["--yes", "--only"], drift: ["--only"], destroy: ["--yes", "--only", "--with-data"] } as const;
export type Command = keyof typeof USE;

/**
 * Reads what stands behind `npm run deploy --`.
 * @throws MistakesError with one line for each word that it does not know
 */
export function readOptions(command: Command, words: readonly string[]): Options {
  const known: readonly string[] = USE[command];
  const found = { yes: false, withData: false, only: undefined as string[] | undefined };
  const mistakes: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [name, value] = words[at].split(/=(.*)/s);
    if (!known.includes(name)) mistakes.push(`${command}: got "${words[at]}"; allowed: ${known.join(", ")}${hintOf(name, known)}; write it behind --, for example npm run ${command} -- ${known[0]}${known[0] === "--only" ? " mailbox,edge" : ""}`);
    else if (name === "--only") {
      const list = value ?? words[(at += 1)] ?? "";
      found.only = list.split(",").map((one) => one.trim()).filter((one) => one !== "");
      if (found.only.length === 0) mistakes.push(`${command}: --only got nothing; write stacks with commas between them, for example --only mailbox,edge`);
    } else if (name === "--yes") found.yes = true;
    else found.withData = true;
  }
  refuseIfAny(mistakes);
  return found;
}
