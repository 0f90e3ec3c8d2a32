/** The tags of a DKIM, DMARC or TLSRPT record (RFC 6376 section 3.2); the first of two of one name counts. */
export function readTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(";")) {
    const [, name, value] = /^\s*([a-z][a-z0-9_]*)\s*=\s*(.*?)\s*$/is.exec(part) ?? [];
    if (name !== undefined && !tags.has(name.toLowerCase())) tags.set(name.toLowerCase(), value);
  }
  return tags;
}

/** Addresses of reports, without the size that the receiver takes (`!10m`); of a mailto the domain has no case. */
const addressesOf = (tags: ReadonlyMap<string, string>): string[] =>
  (tags.get("rua") ?? "").split(",").map((one) => one.trim().replace(/!\d+[kmgt]?$/i, "").toLowerCase()).filter((one) => one !== "");

const containsReports = (wanted: ReadonlyMap<string, string>, live: ReadonlyMap<string, string>): boolean => {
  const present = addressesOf(live);
  return addressesOf(wanted).every((one) => present.includes(one));
};

/**
 * Whether a live DMARC record does what the wanted one says: the same policy in full force, and our address among those that
 * get reports. More addresses, alignment, `fo` and the like are the owner's choice (RFC 9989 section 4.7, RFC 7489 section 6.3).
 */
export function dmarcDoes(wanted: string, live: string): boolean {
  const [ours, theirs] = [readTags(wanted), readTags(live)];
  const policy = ours.get("p")?.toLowerCase();
  const weakened = policy !== "none" && (theirs.get("t")?.toLowerCase() === "y" || Number(theirs.get("pct") ?? 100) < 100);
  return /^v\s*=\s*DMARC1\s*(;|$)/.test(live.trim()) && theirs.get("p")?.toLowerCase() === policy && !weakened && containsReports(ours, theirs);
}

/** RFC 8460 section 3 */
export const tlsReportDoes = (wanted: string, live: string): boolean => containsReports(readTags(wanted), readTags(live));

/** A DKIM key in one spelling: tags in any order, defaults left out, no blanks in the key (RFC 6376 section 3.6.1). */
export function dkimMeaning(text: string): string {
  const tags = new Map(readTags(text));
  const defaults: Readonly<Record<string, string>> = { v: "DKIM1", k: "rsa", h: "*", s: "*", g: "*" };
  tags.set("p", (tags.get("p") ?? "").replace(/\s+/g, ""));
  tags.delete("n");
  return [...tags].filter(([name, value]) => defaults[name] !== value && !(name === "h" && /^sha256$/.test(value))).map(([name, value]) => `${name}=${value}`).sort().join(";");
}
