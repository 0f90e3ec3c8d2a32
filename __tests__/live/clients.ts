import { join } from "node:path";
import type { Result } from "./processes";
import { NEEDS, pathOf } from "./programs";
import { ADDRESSES, type Namespace, type World } from "./world";

/** Both ways to the edge. */
export const FAMILIES = [
  { family: "IPv4", edge: ADDRESSES.edge4, client: ADDRESSES.client4 },
  { family: "IPv6", edge: ADDRESSES.edge6, client: ADDRESSES.client6 },
] as const;

/** One connection of the client. */
export interface Job {
  readonly host: string;
  readonly port: number;
  /** the connection is given up after so many milliseconds */
  readonly forMs: number;
  /** source port */
  readonly localPort?: number;
  /** bytes (base64) that leave before anything else, also before TLS */
  readonly before?: string;
  readonly tls?: {
    /** the SNI; none when absent */
    readonly servername?: string;
    /** offsets at which the ClientHello is cut into segments */
    readonly splitAt?: readonly number[];
    /** makes the ClientHello longer by about so many bytes */
    readonly padding?: number;
  };
  /** the client itself says nothing for so many milliseconds */
  readonly silentMs?: number;
  /** what is said, each step once the server's words since the last one contain `after` */
  readonly steps?: readonly { readonly after?: string; readonly send: string }[];
  /** the job is done when the server's words after the last step contain this; with TLS and neither steps nor this: after the handshake */
  readonly until?: string;
}

export interface Answer {
  /** the client's own end of the connection */
  readonly address?: string;
  readonly port?: number;
  /** everything the server said */
  readonly text: string;
  /** milliseconds from the dial to the server's first byte, and to its closing; absent when that did not happen */
  readonly firstByteMs?: number;
  readonly closedMs?: number;
  readonly helloBytes?: number;
  /** common name of the server's certificate */
  readonly certificate?: string;
  readonly error?: string;
}

/** Runs all jobs at the same time in one namespace. @returns an answer for each, in order */
export async function dial(namespace: Namespace, jobs: readonly Job[]): Promise<Answer[]> {
  const timeoutMs = Math.max(...jobs.map((job) => job.forMs)) + 10_000;
  const answers = await namespace.must(process.execPath, [join(__dirname, "dial.js")], { input: JSON.stringify(jobs), timeoutMs });
  return JSON.parse(answers) as Answer[];
}

/** Where a program's connection came from, as it says itself. */
export interface Source {
  readonly address: string;
  readonly port: string;
}

/** curl speaks SMTP, IMAP and HTTPS, checks the certificate against `trust`, and finds `host` at the edge's address. */
export async function curl(
  world: World,
  { url, edge, trust, args = [], input }: { url: string; edge: string; trust: string; args?: readonly string[]; input?: string },
): Promise<{ text: string; source: Source; result: Result }> {
  const { hostname, port, protocol } = new URL(url);
  const at = `${hostname}:${port || (protocol === "https:" ? "443" : "")}:${edge.includes(":") ? `[${edge}]` : edge}`;
  const result = await world.client.run(
    pathOf(NEEDS.curl),
    ["--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--resolve", at, "--cacert", trust, "--ssl-reqd"].concat(args, [
      "--write-out",
      "%{stderr}source %{local_ip} %{local_port}\\n",
      url,
    ]),
    { input },
  );
  const [, address = "", from = ""] = /^source (\S+) (\d+)$/m.exec(result.stderr) ?? [];
  return { text: result.stdout, source: { address, port: from }, result };
}

const ENVELOPE = ["--helo", "client.test", "--from", "stranger@client.test", "--to", "user@one.test"];

/** swaks: a whole SMTP session, its transcript in `stdout`. */
export const swaks = (world: World, args: readonly string[]): Promise<Result> =>
  world.client.run(pathOf(NEEDS.swaks), [...ENVELOPE, "--timeout", "10", ...args]);
