import { domainToASCII } from "node:url";
import { refuseIfAny } from "../errors";
import { hintOf } from "../site/only";

export interface Options {
  readonly form: "zone" | "table" | "json";
  /** compare with what is live */
  readonly diff: boolean;
  /** do not ask the running server */
  readonly offline: boolean;
  /** @default all */
  readonly domains?: readonly string[];
}

const KNOWN = ["--table", "--json", "--diff", "--offline", "--domain"];

/**
 * Reads what stands behind `npm run dns --`.
 * @param domains that there are
 * @throws MistakesError with one line for each word that it does not know
 */
export function readOptions(words: readonly string[], domains: readonly string[]): Options {
  const found = { form: "zone" as Options["form"], diff: false, offline: false, domains: undefined as string[] | undefined };
  const mistakes: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [name, value] = words[at].split(/=(.*)/s);
    if (!KNOWN.includes(name)) mistakes.push(`dns: got "${words[at]}"; allowed: ${KNOWN.join(", ")}${hintOf(name, KNOWN)}; write it behind --, for example npm run dns -- --table`);
    else if (name === "--domain") {
      const list = (value ?? words[(at += 1)] ?? "").split(",").map((one) => domainToASCII(one.trim()) || one).filter((one) => one !== "");
      if (list.length === 0) mistakes.push(`dns: --domain got nothing; allowed: ${domains.join(", ")}; write it as --domain ${domains[0]}`);
      for (const one of list.filter((domain) => !domains.includes(domain))) mistakes.push(`dns: --domain got "${one}"; allowed: ${domains.join(", ")}${hintOf(one, domains)}; take one of them`);
      found.domains = list;
    } else if (value !== undefined) mistakes.push(`dns: got "${words[at]}"; ${name} takes no value; write ${name}`);
    else if (name === "--diff") found.diff = true;
    else if (name === "--offline") found.offline = true;
    else if (found.form !== "zone") mistakes.push(`dns: got --table and --json; allowed: one of them; take the other out`);
    else found.form = name === "--json" ? "json" : "table";
  }
  if (found.diff && found.form === "table") mistakes.push("dns: got --diff and --table; allowed: --diff alone or with --json; take one of them out");
  refuseIfAny(mistakes);
  return found;
}
