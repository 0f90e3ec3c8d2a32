/** What was tried at a backend and what came of it: one line, and the commands that mend it. */
export interface Check {
  /** made: it was not there, and is now */
  readonly state: "ok" | "made" | "warn" | "fail";
  /** what was tried, where */
  readonly tried: string;
  /** where it was tried from */
  readonly from: string;
  readonly result: string;
  readonly fix?: string;
  /** for the operator to run, as they stand */
  readonly commands?: readonly string[];
}

export const checkLines = ({ state, tried, from, result, fix, commands = [] }: Check): string[] => [
  `${state.padEnd(4)}  ${tried}, from ${from}: ${result}${fix === undefined ? "" : `; ${fix}`}`,
  ...commands.map((line) => `        ${line}`),
];

/** What a connection that does not come about means; what a server says itself is clear enough. */
export function reachFix(message: string, host: string): string | undefined {
  if (/refused/i.test(message)) return "nothing listens there: start it, and let it listen on its tailnet address";
  if (/bad address|ENOTFOUND|EAI_AGAIN|not known|resolve/i.test(message)) return `MagicDNS does not know ${host}: look at its node's name on the tailnet`;
  if (/no answer|timed out|ETIMEDOUT|EHOSTUNREACH|unreachable/i.test(message)) return "the tailnet's policy does not let us through, or the node is off: look at BACKENDS_TAG and cdktf.out/review/tailnet-policy.hujson";
  return undefined;
}

/** What an error says, on one line and without the named secrets: servers repeat what they were sent. */
export const reasonOf = (error: unknown, ...secrets: readonly string[]): string =>
  secrets.reduce((text, secret) => text.replaceAll(secret, "(not shown)"), (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim());
