import type { EdgeGround, Ground } from "./ground";
import { lineKey } from "./certificates";
import { exchange } from "./exchange";
import { shakeHands } from "./handshake";
import { complaintsAbout } from "./validity";

/** A policy as a sender gets it (RFC 8461 section 3.3). */
export interface Fetched {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** what a sender would refuse the certificate for */
  readonly complaints: readonly string[];
}

/** By name, over HTTPS, through one edge. @throws Error when there is no answer */
export async function fetchPolicy(ground: Ground, edge: EdgeGround, domain: string, port: number): Promise<Fetched> {
  const name = `mta-sts.${domain}`;
  const way = await ground.outside(edge);
  return ground.politely(lineKey(edge, port), async () => {
    const stream = way.open(edge.site.ipv4, port).on("error", () => undefined);
    try {
      const { socket, shown } = await shakeHands(stream, { servername: name, authorities: ground.authorities });
      const answer = await exchange(socket, { path: "/.well-known/mta-sts.txt", headers: { host: name } });
      const complaints = complaintsAbout(shown, name, ground.now()).filter((one) => !/days left/.test(one));
      return { ...answer, complaints };
    } finally {
      stream.destroy();
    }
  });
}

/** The keys of a policy; `mx` may stand there often (RFC 8461 section 3.2). */
export function readPolicy(body: string): { readonly version?: string; readonly mode?: string; readonly maxAge?: number; readonly mx: readonly string[] } {
  const pairs = body.split(/\r?\n/).flatMap((line) => /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(line)?.slice(1, 3) ?? []);
  const all = (key: string): string[] => pairs.flatMap((one, index) => (index % 2 === 0 && one === key ? [pairs[index + 1]] : []));
  const [age] = all("max_age");
  return { version: all("version")[0], mode: all("mode")[0], mx: all("mx").map((one) => one.toLowerCase()), ...(age === undefined ? {} : { maxAge: Number(age) }) };
}

/** Whether a policy's pattern takes an MX host: `*.` stands for exactly one label (RFC 8461 section 4.1). */
export const takes = (pattern: string, host: string): boolean => pattern === host || (pattern.startsWith("*.") && host.split(".").slice(1).join(".") === pattern.slice(2));
