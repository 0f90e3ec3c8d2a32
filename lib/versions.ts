/**
 * Which versions of which programs fit: the one place that says it. Defaults and bounds of the contract, the doctor's
 * `server-version`, `npm run versions`, docs/versions.md and the lab derive from it, and a test compares tools/ with it.
 */

/** Versions that are known to be bad: every one below `below`, and what it does. */
export interface KnownFault {
  readonly below: string;
  readonly why: string;
  /** a security hole: `npm run versions` ends with 2 where such a one runs */
  readonly hole?: true;
}

/** When a line of versions gets no more fixes, or will not. */
export interface SupportEnd {
  /** the line's first numbers: `0.16` is every 0.16.x */
  readonly line: string;
  /** ISO 8601 */
  readonly date: string;
}

/** Where the newest version is asked for. `registry`: tags of an image; `releases`: GitHub's releases of a repository. */
export type Source = { readonly registry: string } | { readonly releases: string };

export interface Program {
  readonly name: string;
  /** the variable of the contract that selects it; absent for programs that only the lab and the tests run */
  readonly variable?: string;
  /** what stands before and after the version in the default image's name; absent where the variable is the version itself */
  readonly image?: { readonly before: string; readonly after?: string };
  readonly default: string;
  /** first version that is accepted @default any */
  readonly least?: { readonly version: string; readonly why: string };
  /** first version that is not accepted @default none */
  readonly below?: { readonly version: string; readonly why: string };
  /** newest version that was run by our tests or the lab, and what was seen with it */
  readonly proven: { readonly version: string; readonly seen: string };
  /** said where the default itself was not run: what is known of it then */
  readonly notRun?: string;
  /** newest first: the first that fits says most */
  readonly faults: readonly KnownFault[];
  readonly ends: readonly SupportEnd[];
  readonly newest: Source;
  /** how many leading numbers have to stay as they are for an older server to open the data of a newer one; absent: no data */
  readonly back?: { readonly numbers: number; readonly how: string };
}

const STALWART_1 =
  "Stalwart 1.x has another format of settings and cannot open a store of 0.16; stay on 0.16.x, which gets fixes until 2027-06-01. " +
  "A move needs stalwart-migrate (from 0.16.27) into a new store, and tailwart does not do it yet";

export const PROGRAMS = {
  stalwart: {
    name: "Stalwart",
    variable: "STALWART_IMAGE",
    image: { before: "stalwartlabs/stalwart:v" },
    default: "0.16.25",
    least: { version: "0.16.18", why: "older ones break the PROXY protocol or the start plan, or have a known fault" },
    below: { version: "1.0.0", why: STALWART_1 },
    proven: { version: "0.16.18", seen: "the whole lab (11 of 11) on Docker 20.10 and 29.8.1" },
    notRun: "0.16.19 to 0.16.25 compared by their release notes: nothing in them that the start plan would notice",
    faults: [
      { below: "0.16.0", why: "its settings have another shape, and a database of it stops 0.16 at its start; follow its upgrade notes" },
      { below: "0.16.5", why: "where IPv6 is off it opens no port" },
      { below: "0.16.12", why: "bans do not end" },
      { below: "0.16.13", why: "it may delete CAA records that are not its own" },
      { below: "0.16.16", why: "locks in Redis stay held, and keys for S3 are not read from where the plan has them" },
      { below: "0.16.18", why: "it enforces other domains' MTA-STS policies that are only being tested, so mail to them may wait" },
    ],
    ends: [{ line: "0.16", date: "2027-06-01" }],
    newest: { releases: "stalwartlabs/stalwart" },
    back: { numbers: 3, how: "restore a backup that was made with the older version" },
  },
  maddy: {
    name: "maddy",
    variable: "MADDY_IMAGE",
    image: { before: "foxcpp/maddy:" },
    default: "0.9.8",
    least: { version: "0.9.1", why: "older ones stop as soon as an IMAP line expects the PROXY protocol" },
    below: { version: "0.10.0", why: "a next minor version may read another configuration; not tried yet" },
    proven: { version: "0.9.4", seen: "the whole lab (9 of 9) on Docker 20.10 and 29.8.1" },
    notRun: "0.9.5 to 0.9.8 by their release notes: 0.9.6 asks for an explicit trust in proxy_protocol, which is written here",
    faults: [
      // 0.8.2 and 0.9.0 panic where an IMAP endpoint has proxy_protocol (maddy issue 783)
      { below: "0.9.1", why: "it stops with a panic as soon as an IMAP line expects the PROXY protocol" },
      { below: "0.9.8", why: "DMARC can be bypassed, and its IMAP parser has security faults (fixed in 0.9.6 to 0.9.8)", hole: true },
    ],
    ends: [],
    newest: { releases: "foxcpp/maddy" },
    back: { numbers: 2, how: "restore a backup that was made with the older version" },
  },
  tailscale: {
    name: "Tailscale",
    variable: "TAILSCALE_IMAGE",
    image: { before: "tailscale/tailscale:v" },
    default: "1.104.7",
    proven: { version: "1.102.3", seen: "live tests and the whole lab, with Headscale 0.29.2" },
    notRun: "1.104 by its release notes; 1.106 and newer ask for Headscale 0.29.8 or newer",
    faults: [],
    ends: [],
    newest: { releases: "tailscale/tailscale" },
  },
  postgres: {
    name: "PostgreSQL",
    variable: "POSTGRES_IMAGE",
    image: { before: "postgres:" },
    default: "17.12",
    least: { version: "14.0", why: "older ones get no fixes" },
    below: {
      version: "18.0",
      why: "from 18 on the image keeps its data elsewhere (/var/lib/postgresql), and its user cannot make it in our volume; write a version of 17",
    },
    proven: { version: "15", seen: "Debian's 15 under the image's own start, whole lab" },
    notRun: "the official image of 17 was not run; its folders and its user are those of the image of 15",
    faults: [],
    // postgresql.org/support/versioning
    ends: [
      { line: "13", date: "2025-11-13" },
      { line: "14", date: "2026-11-12" },
      { line: "15", date: "2027-11-11" },
      { line: "16", date: "2028-11-09" },
      { line: "17", date: "2029-11-08" },
      { line: "18", date: "2030-11-14" },
    ],
    newest: { registry: "library/postgres" },
    back: { numbers: 1, how: "npm run backup with the old image, an empty volume, npm run restore with the new one" },
  },
  garage: {
    name: "Garage",
    variable: "GARAGE_IMAGE",
    image: { before: "dxflrs/garage:v" },
    default: "2.5.0",
    least: { version: "2.0.0", why: "older ones have another administration and were never tried" },
    below: { version: "3.0.0", why: "a next major version changes the format of its tables; not tried yet" },
    proven: { version: "2.5.0", seen: "the whole lab on Docker 20.10 and 29.8.1" },
    faults: [],
    ends: [],
    newest: { registry: "dxflrs/garage" },
    back: { numbers: 1, how: "restore a backup that was made with the older version" },
  },
  redis: {
    name: "Valkey or Redis",
    variable: "REDIS_IMAGE",
    image: { before: "valkey/valkey:" },
    default: "8.1.11",
    least: { version: "7.0.0", why: "older ones were never tried and get no fixes" },
    proven: { version: "7.0.15", seen: "Debian's Redis, live tests and the lab" },
    notRun: "Valkey 8.1 was not run; it understands the configuration of Redis 7",
    faults: [],
    ends: [],
    newest: { registry: "valkey/valkey" },
  },
  alpine: {
    name: "Alpine",
    variable: "BASE_IMAGE",
    image: { before: "alpine:" },
    default: "3.22.1",
    proven: { version: "3.22.1", seen: "by its busybox; the lab's base is Debian's busybox" },
    faults: [],
    // alpinelinux.org/releases
    ends: [
      { line: "3.19", date: "2025-11-01" },
      { line: "3.20", date: "2026-04-01" },
      { line: "3.21", date: "2026-11-01" },
      { line: "3.22", date: "2027-05-01" },
    ],
    newest: { registry: "library/alpine" },
  },
  starter: {
    name: "docker command",
    variable: "STARTER_IMAGE",
    image: { before: "docker:", after: "-cli" },
    default: "28.5.2",
    proven: { version: "20.10.24", seen: "Debian's command in the lab, against engines 20.10 and 29.8.1" },
    notRun: "28.5.2 speaks to every engine that speaks API 1.24 or newer",
    faults: [],
    ends: [],
    newest: { registry: "library/docker" },
  },
  caddy: {
    name: "Caddy",
    variable: "CADDY_VERSION",
    default: "2.11.4",
    least: { version: "2.11.4", why: "the edge's live tests run from this one up" },
    below: { version: "3.0.0", why: "a next major version may read another configuration" },
    proven: { version: "2.11.9", seen: "every live edge test with 2.11.4, and 109 of 110 with 2.11.9, where one test wanted exactly 2.11.4" },
    faults: [{ below: "2.11.6", why: "2.11.6 fixed security faults; build the edge image again to get the newest", hole: true }],
    ends: [],
    newest: { releases: "caddyserver/caddy" },
  },
  caddyL4: {
    name: "caddy-l4",
    variable: "CADDY_L4_VERSION",
    default: "0.1.2",
    least: { version: "0.1.2", why: "the edge's live tests run from this one up" },
    below: { version: "0.2.0", why: "a next minor version may change its configuration; not tried yet" },
    proven: { version: "0.1.2", seen: "every live edge test" },
    faults: [],
    ends: [],
    newest: { releases: "mholt/caddy-l4" },
  },
  headscale: {
    name: "Headscale",
    image: { before: "headscale/headscale:" },
    default: "0.29.8",
    least: { version: "0.29.2", why: "the oldest that was tried" },
    below: { version: "0.30.0", why: "its command prints other JSON, and its errors have another shape; not tried yet" },
    proven: { version: "0.29.2", seen: "live tests and the whole lab" },
    notRun: "0.29.3 to 0.29.8 by their release notes",
    faults: [],
    ends: [],
    newest: { releases: "juanfont/headscale" },
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** Every program with its name, as rows of one type. */
export const ALL_PROGRAMS: readonly Program[] = Object.values(PROGRAMS);

/** The program that a variable of the contract selects. */
export const programOf = (variable: string): Program | undefined => ALL_PROGRAMS.find((one) => one.variable === variable);

/** The default image of a program: `stalwartlabs/stalwart:v0.16.25`. */
export function imageName(program: Program): string {
  if (program.image === undefined) throw new Error(`${program.name} has no image`);
  return `${program.image.before}${program.default}${program.image.after ?? ""}`;
}

/** From which Tailscale on Headscale has to be how new (Headscale's release notes). */
export const HEADSCALE_FOR = { tailscale: "1.106.0", headscale: "0.29.8" } as const;

/** Three numbers of a text, such as `v0.16.18`, `1.102.3-tabc`. */
export const versionIn = (text: string): string | undefined => /(?:^|[^\d.])v?(\d+\.\d+\.\d+)/.exec(text)?.[1];

/** The version in an image's tag, of two numbers or three; undefined for a digest alone, and for a tag that has none. */
export const tagVersion = (image: string): string | undefined => /:v?(\d+(?:\.\d+){1,2})(?=[^/\d.]|$)/.exec(image)?.[1];

/** Whether one version comes before the other; numbers that are not there count as 0. */
export function olderThan(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.split(".").map(Number));
  const count = Math.max(a.length, b.length);
  const at = Array.from({ length: count }, (_, index) => index).find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
  return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
}

/** Why a version of a program is not accepted; undefined for one that is. */
export function outOfBounds({ least, below, name }: Program, version: string): string | undefined {
  if (least !== undefined && olderThan(version, least.version)) return `allowed: ${range(least.version, below?.version)}; ${least.why}`;
  if (below !== undefined && !olderThan(version, below.version)) return `allowed: ${name} ${range(least?.version, below.version)}; ${below.why}`;
  return undefined;
}

const range = (least?: string, below?: string): string =>
  [...(least === undefined ? [] : [`${least} or newer`]), ...(below === undefined ? [] : [`below ${below}`])].join(", ");

/** What may be written, for a person: `Stalwart, 0.16.18 or newer, below 1.0.0`. */
export const boundsText = ({ name, least, below }: Program): string =>
  [name, ...(least ?? below ? [range(least?.version, below?.version)] : [])].join(", ");

/** What a version is known for; undefined for a good one. */
export const faultOf = (program: Program, version: string): KnownFault | undefined =>
  program.faults.find(({ below }) => olderThan(version, below));

/** When the line of a version ends or has ended; undefined where its project says nothing. */
export function supportEnd(program: Program, version: string): SupportEnd | undefined {
  return program.ends.find(({ line }) => version === line || version.startsWith(`${line}.`));
}

/** Whether that day has come. */
export const hasEnded = ({ date }: SupportEnd, now: Date): boolean => now.getTime() >= Date.parse(date);

/**
 * Why a server must not be put on data that another version of it has written; undefined where it may.
 * @param from the version that runs, @param to the one that is to run
 */
export function whyNotBack(program: Program, from: string, to: string): string | undefined {
  if (program.back === undefined) return undefined;
  const { numbers, how } = program.back;
  const line = (version: string): string => version.split(".").slice(0, numbers).join(".");
  if (line(from) === line(to) || !olderThan(to, from)) return undefined;
  return `${program.name} ${from} has written its data, and ${to} is older; ${how}, or keep ${from}`;
}
