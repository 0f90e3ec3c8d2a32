import { refuseIfAny } from "../lib/errors";
import { hintOf } from "../lib/site/only";
import type { Server } from "./env";

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
}

const SERVERS = ["stalwart", "maddy", "both"];
const KNOWN = ["--server", "--only", "--redis", "--runs", "--json"];
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
  let runs: number | undefined;
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
    } else if (name === "--runs") {
      const text = value();
      if (/^[1-9]\d{0,3}$/.test(text)) runs = Number(text);
      else mistakes.push(`lab: --runs got "${text}"; allowed: a whole number from 1 to 9999; for example --runs 5`);
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
  for (const [option, given] of [["--runs", runs], ["--json", json]] as const)
    if (given !== undefined && does !== "faults") mistakes.push(`lab: ${does} got ${option}; allowed with faults; for example npm run lab -- faults ${option} ${option === "--runs" ? "5" : "faults.json"}`);
  if (redis && does !== "up" && does !== "all") mistakes.push(`lab: ${does} got --redis; allowed with up, all, which make the lab; for example npm run lab -- up --redis`);
  if (redis && servers?.join() === "maddy") mistakes.push("lab: got --redis with maddy, which knows no Redis; leave it out, or name --server stalwart");
  refuseIfAny(mistakes);
  return { command: does, servers, only, redis, ...(runs === undefined ? {} : { runs }), ...(json === undefined ? {} : { json }) };
}
