import type { Lookup } from "../dns/resolver";
import { isSpf } from "../dns/spf";

export interface SpfVerdict {
  readonly result: string;
  /** the judge's reason, when the record itself is broken */
  readonly reason: string;
}

/** No mail leaves from there (RFC 1112 section 4): every mechanism of a record is looked at, and none matches. */
export const NOBODY = "240.0.0.1";

/** Our look-ups in the shape of node:dns, for which "nothing there" is an error. */
const resolver =
  (lookup: Lookup) =>
  async (name: string, type: string): Promise<unknown[]> => {
    const found = await lookup(name, type as "TXT");
    if (found.length === 0) throw Object.assign(new Error("nothing there"), { code: "ENODATA" });
    if (type === "TXT") return found.map((text) => [text]);
    return type === "MX" ? found.map((text) => ({ priority: Number(text.split(" ")[0]), exchange: text.split(" ")[1] })) : [...found];
  };

/** What a receiver concludes for mail of the domain from an address (RFC 7208). */
export async function spfOf(lookup: Lookup, domain: string, ip: string, helo: string): Promise<SpfVerdict> {
  const { spf } = await import("mailauth");
  const verdict = await spf({ sender: `postmaster@${domain}`, ip, helo, mta: helo, resolver: resolver(lookup) as never });
  return { result: verdict.status.result, reason: String(verdict.status.comment || "").replace(/^[^:]*: /, "") };
}

/** The SPF records of a domain. */
export const spfRecords = async (lookup: Lookup, domain: string): Promise<string[]> => (await lookup(domain, "TXT")).filter(isSpf);
