/** What the start script said at the mail server's last start (lib/mailbox/common.sh, start.sh). */
export interface StartLog {
  /** an edge's name and address for each; undefined when the script never came so far */
  readonly edges?: readonly { readonly host: string; readonly address: string }[];
  /** the plan was applied, which needs PostgreSQL */
  readonly planned: boolean;
  /** the server itself, once it ran, said that a store did not answer */
  readonly early?: string;
}

/** Words of a start that found no store; later on a store that goes away is something else. */
const LOST = /Failed to create tables|Startup failed/i;
const SERVING = /\(network\.listen-start\)/;

/** @param log from the last start on */
export function startLog(log: string): StartLog {
  const lines = log.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // A container that left and came back has several starts in its first minutes.
  const ended = lines.map((line) => line.startsWith("start: the server ended")).lastIndexOf(true);
  const now = lines.slice(ended + 1);
  const edges = now.find((line) => line.startsWith("start: edges: "))?.slice("start: edges: ".length);
  const planned = now.findIndex((line) => line === "start: plan applied");
  const serving = now.findIndex((line) => SERVING.test(line));
  return {
    ...(edges === undefined ? {} : { edges: edges.split(", ").map((pair) => ({ host: pair.split(" ")[0], address: pair.split(" ")[1] ?? "" })) }),
    planned: planned >= 0,
    early: now.slice(planned + 1, serving === -1 ? undefined : serving).find((line) => !line.startsWith("start: ") && LOST.test(line)),
  };
}
