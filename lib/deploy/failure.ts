import type { Diagnostic } from "../site/events";

/** What a person reads when something did not work: one clear line, and what was seen. */
export interface Failure {
  readonly line: string;
  /** last log lines and the like */
  readonly seen: readonly string[];
}

/** What log lines and Terraform's own words mean, and what to do about it. */
const MEANINGS: readonly { readonly sign: RegExp; readonly hint: string }[] = [
  { sign: /password authentication failed/i, hint: "STALWART_DB_PASSWORD is not the password that the database has: it keeps the one it was made with; put that back, or change it there (ALTER USER)" },
  { sign: /address already in use|port is already allocated/i, hint: "another program has the port; stop it and deploy again" },
  { sign: /brings no greeting/, hint: "the edge does not reach the mailbox: merge cdktf.out/review/tailnet-policy.hujson into the tailnet's policy, and look whether this host is on the tailnet with the edge's tag" },
  { sign: /the control server refuses the key|invalid key|authkey.*(expired|not found|already used)|unable to validate API key/i, hint: "make a new TS_AUTHKEY with the mailbox's tag (for an edge: EDGE_TS_AUTHKEY, with the edge's)" },
  { sign: /No such image|pull access denied|manifest unknown|unable to find or pull image/i, hint: "the image cannot be had: look at its name in .env, and whether the engine reaches its registry" },
  { sign: /no space left on device/i, hint: "the engine's disk is full; docker image prune -a frees what nobody uses" },
  { sign: /Error acquiring the state lock/, hint: "another deploy is running, or one was killed; if none runs: terraform force-unlock in the stack's folder" },
  { sign: /Provider configuration not present/, hint: "an edge was taken out of .env while its stacks still know it: put it back, run npm run destroy -- --only images and that edge's stack (images stay where they are), and take it out again" },
  { sign: /Saved plan is stale/, hint: "another deploy was faster; run it again" },
  { sign: /Cannot connect to the Docker daemon|error during connect|failed to connect to the docker/i, hint: "the engine does not answer; look at its DOCKER_HOST in .env and at Docker on that host" },
  { sign: /container name .* is already in use/i, hint: "a container of that name runs already and this state knows nothing of it; is the state file (terraform.<stack>.tfstate) another folder's?" },
  { sign: /OCI runtime create failed.*rlimit|error setting rlimit/i, hint: "the engine's host allows fewer open files; lower EDGE_OPEN_FILES or raise the limit of dockerd" },
  { sign: /no such device.*tun|\/dev\/net\/tun/i, hint: "the host has no /dev/net/tun; load the module tun" },
];

export const hintFor = (text: string): string | undefined => MEANINGS.find(({ sign }) => sign.test(text))?.hint;

const UNHEALTHY = /^(\S+) is not healthy: (.*?)\.? What its health check said last/;
const MOST = 12;
const WIDTH = 240;

/** The last lines that differ from the one before, none longer than a person reads. */
export const shortened = (lines: readonly string[]): string[] =>
  lines
    .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line))
    .filter((line, index, all) => line !== all[index - 1])
    .slice(-MOST);

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/**
 * @param output what the program of the failed resource printed: the wait for a container's health ends with its log lines
 * @param name what a person calls the failed resource
 */
export function explain({ summary, detail }: Pick<Diagnostic, "summary" | "detail">, name: string | undefined, output: readonly string[]): Failure {
  const at = output.findIndex((line) => UNHEALTHY.test(line));
  const unhealthy = at === -1 ? undefined : UNHEALTHY.exec(output[at]);
  const seen = at === -1 ? output : output.slice(at + 1);
  const hint = hintFor([...seen, summary, detail].join("\n"));
  const what = unhealthy
    ? `${unhealthy[1]} is not healthy (${oneLine(unhealthy[2]).replace(/^(exited|dead)$/, "it ended")})`
    : `${name === undefined ? "" : `${name}: `}${oneLine(summary === "local-exec provisioner error" && output.length > 0 ? output[output.length - 1] : `${summary}${detail === "" || output.length > 0 ? "" : `: ${detail}`}`).slice(0, 400)}`;
  return { line: hint === undefined ? what : `${what}; ${hint}`, seen: seen.filter((one) => !what.includes(oneLine(one))) };
}

/** Docker colours what a build prints on its standard error. */
const COLOUR = /\u001b\[[\d;]*m/g;

/** The line in which a failed build says why: our own scripts begin it with the image's name, else the last that it printed. */
export function buildReason(printed: string): Failure {
  const lines = printed.split("\n").map((line) => line.replace(COLOUR, "").replace(/^#\d+ [\d.]+ /, "").trim()).filter((line) => line !== "");
  const own = lines.filter((line) => /^(edge|garage) image: (?!downloading)/i.test(line)).pop();
  const known = hintFor(printed);
  const last = lines.filter((line) => !/^(Sending build context|DEPRECATED|Install the buildx|https:\/\/docs\.docker|---|The command )/.test(line)).slice(-5);
  return { line: own ?? `${last[last.length - 1] ?? "the build failed without a word"}${known === undefined ? "" : `; ${known}`}`, seen: own === undefined ? last : [] };
}
