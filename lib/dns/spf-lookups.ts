import type { Lookup } from "./resolver";
import { isSpf, MOST_LOOKUPS } from "./spf";

export interface SpfLookups {
  readonly count: number;
  /** what a receiver calls a permanent error; mail then counts as without SPF */
  readonly problem?: string;
}

/** A guard against records that name one another for ever. */
const ENOUGH = 30;

/**
 * How many look-ups a receiver makes for a record at most, with the records that it includes (RFC 7208 section 4.6.4:
 * include, a, mx, ptr, exists and redirect; ip4, ip6 and all are free).
 */
export async function spfLookups(record: string, lookup: Lookup): Promise<SpfLookups> {
  let count = 0;
  let problem: string | undefined;
  async function walk(text: string): Promise<void> {
    for (const term of text.toLowerCase().split(/\s+/).slice(1)) {
      const [, name, value = ""] = /^[-+~?]?([a-z]+)(?:[:=]([^/]*))?/.exec(term) ?? [];
      if (!["include", "a", "mx", "ptr", "exists", "redirect"].includes(name) || problem !== undefined) continue;
      count += 1;
      if (count > ENOUGH) return void (problem = `more than ${ENOUGH} look-ups, ${MOST_LOOKUPS} are allowed`);
      // What a macro stands for is known to nobody before mail comes.
      if ((name !== "include" && name !== "redirect") || value.includes("%{")) continue;
      const inner = (await lookup(value, "TXT")).filter(isSpf);
      if (inner.length === 1) await walk(inner[0]);
      else problem = `${name} of ${value}, which has ${inner.length === 0 ? "no SPF record" : `${inner.length} SPF records`}`;
    }
  }
  await walk(record);
  return { count, problem: problem ?? (count > MOST_LOOKUPS ? `${count} look-ups, ${MOST_LOOKUPS} are allowed` : undefined) };
}
