/** A version that is known to hurt, and what it does. */
interface Bad {
  readonly below: string;
  readonly why: string;
}

/** Newest first: the first that fits says most. From the projects' change logs and issues. */
const KNOWN_BAD: Readonly<Record<string, readonly Bad[]>> = {
  Stalwart: [
    { below: "0.16.0", why: "its settings have another shape, and a database of it stops 0.16 at its start; follow its upgrade notes" },
    { below: "0.16.5", why: "where IPv6 is off it opens no port" },
    { below: "0.16.12", why: "bans do not end" },
    { below: "0.16.13", why: "it may delete CAA records that are not its own" },
    { below: "0.16.16", why: "locks in Redis stay held, and keys for S3 are not read from where the plan has them" },
    { below: "0.16.18", why: "it enforces other domains' MTA-STS policies that are only being tested, so mail to them may wait" },
  ],
  // 0.8.2 and 0.9.0 panic where an IMAP endpoint has proxy_protocol (maddy issue 783)
  maddy: [{ below: "0.9.1", why: "it stops with a panic as soon as an IMAP line expects the PROXY protocol" }],
};

/** Three numbers of a text, such as `v0.16.18`, `1.102.3-tabc`. */
export const versionIn = (text: string): string | undefined => /(?:^|[^\d.])v?(\d+\.\d+\.\d+)/.exec(text)?.[1];

export function olderThan(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.split(".").map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && a[at] < b[at];
}

/** What a version is known for; undefined for a good one. */
export const knownBad = (program: string, version: string): string | undefined => KNOWN_BAD[program]?.find(({ below }) => olderThan(version, below))?.why;
