import type { Way } from "../site/tunnel";

/** answers: somebody is there; closed: the connection stood, and ended without a word; refused: nobody listens; dropped: nothing comes back, as a policy does it */
export type Reach = "answers" | "closed" | "refused" | "dropped";

/** PROXY protocol v2, command LOCAL (section 2.2): the proxy speaks for itself, as for a health check. */
const LOCAL_HEADER = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
/** Something that each kind of server answers: HTTP in plain text with an error, and TLS with an alert. */
const WORDS = { http: "GET / HTTP/1.0\r\n\r\n", quiet: "", smtp: "QUIT\r\n", imap: "a LOGOUT\r\n" } as const;

export interface Asked {
  /** the line expects a PROXY header from who asks */
  readonly proxy: boolean;
  readonly protocol: string;
  readonly tls: string;
}

/** Knocks at a port, and takes leave of whoever answers. */
export function reach(way: Way, host: string, port: number, { proxy, protocol, tls }: Asked, seconds: number): Promise<Reach> {
  return new Promise((resolve) => {
    const stream = way.open(host, port);
    const begun = Date.now();
    const end = (outcome: Reach): void => {
      clearTimeout(timer);
      if (outcome === "answers" && !stream.destroyed) stream.write(protocol === "smtp" ? WORDS.smtp : protocol === "imap" ? WORDS.imap : "", () => undefined);
      setTimeout(() => stream.destroy(), outcome === "answers" ? 200 : 0);
      resolve(outcome);
    };
    const timer = setTimeout(() => end("dropped"), seconds * 1000);
    stream.on("error", (error: Error) => end(/refused/i.test(error.message) ? "refused" : /reset|hang up|EPIPE/i.test(error.message) ? "closed" : Date.now() - begun > 3000 || /timed? ?out|unreachable/i.test(error.message) ? "dropped" : "refused"));
    stream.once("data", () => end("answers")).once("end", () => end("closed")).once("close", () => end("closed"));
    if (proxy) stream.write(LOCAL_HEADER);
    if (tls === "implicit" || protocol === "http") stream.write(WORDS.http);
    stream.resume();
  });
}
