import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How a real program is found, and what a person does who does not have it. */
export interface ProgramOptions {
  /** variable that may hold the program's path */
  readonly env?: string;
  /** paths that are tried before PATH */
  readonly candidates?: readonly string[];
  /** how to get it, for example `apt-get install haproxy` */
  readonly hint: string;
  /** it cannot be had everywhere: also CI skips what needs it, by name */
  readonly optional?: boolean;
}

/** What a group of tests cannot do without. */
export interface Need extends ProgramOptions {
  readonly name: string;
  /** for a need that is no program @default the program is found */
  readonly met?: () => boolean;
}

const REPOSITORY = join(__dirname, "..", "..");

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The path of a program: the variable `env`, then `candidates`, then PATH and the folders of system programs.
 * @throws Error when the variable is set and names no program, so that a typing mistake is not taken for "skip"
 */
export function program(name: string, { env, candidates = [] }: Partial<ProgramOptions> = {}): string | undefined {
  const named = env && process.env[env];
  if (named) {
    if (!executable(named)) throw new Error(`${env} is ${named}, which is no program; set it to the path of ${name} or take it out`);
    return named;
  }
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return [...candidates, ...folders.map((folder) => join(folder, name))].find(executable);
}

const debian = (name: string, packageName: string): Need => ({ name, hint: `apt-get install ${packageName}` });

/** Everything that the live tests use. */
export const NEEDS = {
  namespaces: {
    name: "leave to make network namespaces",
    hint: "run as root on Linux, in a container with CAP_SYS_ADMIN",
    met: () => process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["--net", "--mount", "true"]).status === 0,
  },
  ip: debian("ip", "iproute2"),
  ss: debian("ss", "iproute2"),
  caddy: { name: "caddy", env: "TAILWART_CADDY", candidates: [join(REPOSITORY, "tools", "bin", "caddy")], hint: "tools/build caddy" },
  dnsmasq: debian("dnsmasq", "dnsmasq-base"),
  openssl: debian("openssl", "openssl"),
  curl: debian("curl", "curl"),
  swaks: debian("swaks", "swaks"),
  haproxy: debian("haproxy", "haproxy"),
  postfix: debian("postfix", "postfix"),
  dovecot: debian("dovecot", "dovecot-imapd"),
  nginx: debian("nginx", "nginx-light"),
  stalwart: { name: "stalwart", env: "TAILWART_STALWART", optional: true, hint: "set TAILWART_STALWART to a Stalwart 0.16 program" },
  maddy: { name: "maddy", env: "TAILWART_MADDY", optional: true, hint: "set TAILWART_MADDY to a maddy 0.9 program" },
} as const satisfies Record<string, Need>;

/** The path of a program that `describeWith` has already found. */
export function pathOf(need: Need): string {
  const path = program(need.name, need);
  if (!path) throw new Error(`${need.name} is missing; ${need.hint}`);
  return path;
}

const isMet = (need: Need): boolean => (need.met ? need.met() : program(need.name, need) !== undefined);
const inCi = (): boolean => !["", "0", "false"].includes(process.env.CI ?? "");

/**
 * `describe` for tests that need real programs. Where one is missing the group is skipped and says so in its name;
 * in CI that is a failure, since nobody would notice there, except for what is `optional`.
 */
export function describeWith(needs: readonly Need[], title: string, body: () => void): void {
  const missing = needs.filter((need) => !isMet(need));
  if (missing.length === 0) return void describe(title, body);
  const reason = missing.map((need) => `${need.name} is missing (${need.hint})`).join("; ");
  if (inCi() && missing.some((need) => !need.optional)) {
    describe(title, () => {
      test("has what it needs", () => {
        throw new Error(reason);
      });
    });
    return;
  }
  process.stderr.write(`skipped: ${title}: ${reason}\n`);
  describe.skip(`${title} [skipped: ${reason}]`, body);
}
