import { randomInt } from "node:crypto";
import { refuseIfAny } from "../lib/errors";
import { hintOf } from "../lib/site/only";
import type { Server } from "./env";
import type { RandomOptions } from "./faults/run";

export const COMMANDS = ["up", "test", "faults", "drill", "down", "status", "all"] as const;
export type Command = (typeof COMMANDS)[number];

export interface Options {
  readonly command: Command;
  /** undefined: what the images allow */
  readonly servers?: readonly Server[];
  /** proofs by name, of faults faults @default all */
  readonly only?: readonly string[];
  /** a Redis beside Stalwart */
  readonly redis: boolean;
  /** faults: how often each is rehearsed @default 5 */
  readonly runs?: number;
  /** faults: a file for the results as JSON @default none */
  readonly json?: string;
  /** faults: random pairs @default none */
  readonly random?: RandomOptions;
}

const SERVERS = ["stalwart", "maddy", "both"];
const KNOWN = ["--server", "--only", "--redis", "--runs", "--json", "--random", "--seed", "--from", "--minutes"];
/** Options with a whole number, the least that it may be, and an example. */
const NUMBERS: Readonly<Record<string, { readonly least: number; readonly example: number }>> = {
  "--runs": { least: 1, example: 5 },
  "--random": { least: 1, example: 20 },
  "--seed": { least: 0, example: 7 },
  "--from": { least: 0, example: 3 },
  "--minutes": { least: 1, example: 60 },
};
/** Commands that can do a part of their work. */
const PARTS: Partial<Record<Command, string>> = { all: "lines,acl", test: "lines,acl", faults: "edge-restarted,server-killed" };

/**
 * Reads what stands behind `npm run lab --`.
 * @throws MistakesError with one line for each word that it does not know
 */
export function readOptions(words: readonly string[]): Options {
  const mistakes: string[] = [];
  let command: Command | undefined;
  let servers: readonly Server[] | undefined;
  let only: readonly string[] | undefined;
  let redis = false;
  const numbers: Record<string, number> = {};
  let json: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const [name, given] = words[at].split(/=(.*)/s);
    const value = (): string => given ?? words[(at += 1)] ?? "";
    if (name === "--server") {
      const server = value();
      if (!SERVERS.includes(server)) mistakes.push(`lab: --server got "${server}"; allowed: ${SERVERS.join(", ")}${hintOf(server, SERVERS)}; for example npm run lab -- --server maddy`);
      else servers = server === "both" ? ["stalwart", "maddy"] : [server as Server];
    } else if (name === "--only") {
      only = value().split(",").map((one) => one.trim()).filter((one) => one !== "");
      if (only.length === 0) mistakes.push("lab: --only got nothing; write proofs or faults with commas between them, for example --only lines,acl");
    } else if (NUMBERS[name] !== undefined) {
      const text = value();
      const { least, example } = NUMBERS[name];
      if (/^\d{1,4}$/.test(text) && Number(text) >= least) numbers[name] = Number(text);
      else mistakes.push(`lab: ${name} got "${text}"; allowed: a whole number from ${least} to 9999; for example ${name} ${example}`);
    } else if (name === "--json") {
      json = value();
      if (json === "") mistakes.push("lab: --json got nothing; name the file that gets the results, for example --json faults.json");
    } else if (name === "--redis") redis = true;
    else if (command === undefined && (COMMANDS as readonly string[]).includes(name)) command = name as Command;
    else {
      const allowed = [...COMMANDS, ...KNOWN];
      mistakes.push(`lab: got "${words[at]}"; allowed: ${allowed.join(", ")}${hintOf(name, allowed)}; for example npm run lab -- up`);
    }
  }
  const does = command ?? "all";
  if (only !== undefined && PARTS[does] === undefined) mistakes.push(`lab: ${does} got --only, and does all or nothing; allowed with ${Object.keys(PARTS).join(", ")}; for example npm run lab -- faults --only ${PARTS.faults}`);
  const given = [...Object.keys(numbers), ...(json === undefined ? [] : ["--json"])];
  if (does !== "faults")
    for (const option of given) mistakes.push(`lab: ${does} got ${option}; allowed with faults; for example npm run lab -- faults ${option} ${NUMBERS[option]?.example ?? "faults.json"}`);
  else if (numbers["--random"] === undefined)
    for (const option of ["--seed", "--from", "--minutes"].filter((one) => numbers[one] !== undefined)) mistakes.push(`lab: got ${option} without --random; for example npm run lab -- faults --random 20 ${option} ${NUMBERS[option].example}`);
  else if (numbers["--runs"] !== undefined) mistakes.push("lab: got --runs with --random, which plants each pair once; leave one of them out");
  if (redis && does !== "up" && does !== "all") mistakes.push(`lab: ${does} got --redis; allowed with up, all, which make the lab; for example npm run lab -- up --redis`);
  if (redis && servers?.join() === "maddy") mistakes.push("lab: got --redis with maddy, which knows no Redis; leave it out, or name --server stalwart");
  refuseIfAny(mistakes);
  return { command: does, servers, only, redis, ...optional(numbers), ...(json === undefined ? {} : { json }) };
}

/** @param numbers as they were given, by option */
function optional(numbers: Readonly<Record<string, number>>): Pick<Options, "runs" | "random"> {
  const { "--runs": runs, "--random": pairs, "--from": from, "--minutes": minutes } = numbers;
  if (pairs === undefined) return runs === undefined ? {} : { runs };
  const seed = numbers["--seed"] ?? randomInt(10_000);
  return { random: { pairs, seed, ...(from === undefined ? {} : { from }), ...(minutes === undefined ? {} : { minutes }) } };
}
