import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { refuseIfAny } from "../../lib/errors";
import { lastLine, run } from "../../lib/site/run";

/** What each root has; the rest comes as a dependency. */
const BASE = ["base-files", "base-passwd", "libc-bin", "coreutils", "dash", "sed", "grep", "findutils", "mawk", "debianutils"];

/** Only needed where packages are configured on the spot. */
const LEFT_OUT = /^(usrmerge|e2fsprogs|logsave|debconf|dpkg|adduser|tar|init-system-helpers|lsb-base|ssl-cert|cpio|libfile-find-rule-perl|libtext-glob-perl|libnumber-compare-perl)_/;

const checked = async (program: string, args: readonly string[], what: string): Promise<string> => {
  const { status, stdout, stderr } = await run(program, args);
  refuseIfAny(status === 0 ? [] : [`${what}: ${lastLine(stderr)}`]);
  return stdout;
};

/**
 * Packages and all that they need, by apt's own reckoning for a machine on which nothing is installed; nothing recommended.
 * Only the sources of this machine's apt are asked.
 */
export class DebianPackages {
  private readonly options: readonly string[];

  constructor(private readonly cache: string) {
    for (const folder of ["partial", "none/partial"]) mkdirSync(join(cache, folder), { recursive: true });
    const nothing = join(cache, "nothing-installed");
    writeFileSync(nothing, "");
    this.options = ["-o", `Dir::State::status=${nothing}`, "-o", "APT::Sandbox::User=root", "-o", "APT::Get::List-Cleanup=0", "-y", "--no-install-recommends"];
  }

  /** File names with versions, sorted. */
  async closure(packages: readonly string[]): Promise<string[]> {
    const hint = "the stand-ins are made on Debian, with its package mirror: is apt-get there, and was apt-get update run?";
    // It would not name a file that the cache has already.
    const said = await checked("apt-get", [...this.options, "-o", `Dir::Cache::archives=${join(this.cache, "none")}`, "--print-uris", "install", ...BASE, ...packages], hint);
    const files = said.split("\n").flatMap((line) => /^'\S+' (\S+\.deb) /.exec(line)?.[1] ?? []);
    return files.filter((file) => !LEFT_OUT.test(file)).sort();
  }

  /** Unpacks them into an empty folder; no package's own script is run. */
  async unpack(packages: readonly string[], root: string): Promise<void> {
    const files = await this.closure(packages);
    if (files.some((file) => !existsSync(join(this.cache, file))))
      await checked("apt-get", [...this.options, "-o", `Dir::Cache::archives=${this.cache}`, "--download-only", "install", ...BASE, ...packages], "apt-get did not bring the packages");
    // Debian's layout since bookworm; packages write through the links.
    for (const name of ["bin", "sbin", "lib", "lib64"]) await checked("sh", ["-c", 'mkdir -p "$1/usr/$2" && ln -sfn "usr/$2" "$1/$2"', "sh", root, name], "cannot write the root");
    await checked("sh", ["-c", 'mkdir -p "$1/run" "$1/var" && ln -sfn ../run "$1/var/run"', "sh", root], "cannot write the root");
    for (const file of files)
      await checked("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2" -f -', "sh", join(this.cache, file), root], `${basename(file)} cannot be unpacked`);
    await checked("sh", ["-c", FINISH, "sh", root], "the root cannot be finished");
  }
}

/** What the packages' own scripts would have done, as far as programs here need it. */
const FINISH = `set -e
cd "$1"
cp usr/share/base-passwd/passwd.master etc/passwd
cp usr/share/base-passwd/group.master etc/group
[ -e usr/bin/sh ] || ln -s dash usr/bin/sh
[ -e usr/bin/awk ] || ln -s mawk usr/bin/awk
[ ! -e usr/bin/nc.openbsd ] || ln -sf nc.openbsd usr/bin/nc
rm -rf usr/share/doc usr/share/man usr/share/locale usr/share/info usr/share/lintian
ldconfig -r .
`;
