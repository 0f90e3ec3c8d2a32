import { createHash } from "node:crypto";
import { copyFileSync, createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync, appendFileSync, chmodSync, symlinkSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { refuseIfAny } from "../../lib/errors";
import { lastLine, run } from "../../lib/site/run";
import type { Lab } from "../lab";
import { DebianPackages } from "./debian";
import { imageName, type Versioned } from "./recipe";

/** Label of an image with a hash of all that went into it: unchanged inputs, nothing is built. */
export const INPUTS = "tailwart.lab.inputs";

const hashFile = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    createReadStream(path).on("data", (data) => hash.update(data)).once("end", () => resolve(hash.digest("hex"))).once("error", reject);
  });

/** Hash of all that goes into an image. */
export async function inputsOf(recipe: Versioned, packages: readonly string[]): Promise<string> {
  const files = await Promise.all(recipe.files.map(async (file) => ("from" in file ? [file.path, await hashFile(file.from)] : [file.path, file.text])));
  return createHash("sha256").update(JSON.stringify([recipe, packages, files])).digest("hex").slice(0, 32);
}

/**
 * @param packages with their versions
 * @returns whether it was built, or was there already
 */
export async function build(lab: Lab, debian: DebianPackages, recipe: Versioned, packages: readonly string[]): Promise<boolean> {
  const name = imageName(recipe);
  const inputs = await inputsOf(recipe, packages);
  const there = await lab.engine.docker(["image", "inspect", "--format", `{{index .Config.Labels "${INPUTS}"}}`, name]);
  if (there.status === 0 && there.stdout.trim() === inputs) return false;
  const root = mkdtempSync(lab.path("root-"));
  try {
    if (recipe.packages.length > 0) await debian.unpack(recipe.packages, root);
    await furnish(recipe, root);
    await load(lab, recipe, root, inputs);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return true;
}

async function furnish({ files, links = {}, folders = [], users = [], groups = [], applets = [], capabilities = {} }: Versioned, root: string): Promise<void> {
  chmodSync(root, 0o755);
  for (const name of ["etc", "tmp", "run", "var", "usr/local/bin", "proc", "sys", "dev"]) mkdirSync(join(root, name), { recursive: true });
  if (!existsSync(join(root, "bin"))) mkdirSync(join(root, "bin"));
  if (!existsSync(join(root, "var/run"))) symlinkSync("/run", join(root, "var/run"));
  chmodSync(join(root, "tmp"), 0o1777);
  for (const file of files) {
    const to = join(root, file.path);
    mkdirSync(dirname(to), { recursive: true });
    if ("from" in file) copyFileSync(file.from, to);
    else writeFileSync(to, file.text);
    chmodSync(to, parseInt(file.mode ?? "0644", 8));
  }
  appendFileSync(join(root, "etc/passwd"), users.map((line) => `${line}\n`).join(""));
  appendFileSync(join(root, "etc/group"), groups.map((line) => `${line}\n`).join(""));
  for (const [path, target] of Object.entries(links)) {
    rmSync(join(root, path), { force: true });
    symlinkSync(target, join(root, path));
  }
  for (const applet of applets) if (!existsSync(join(root, "bin", applet))) symlinkSync("busybox", join(root, "bin", applet));
  const script = [
    ...folders.map(({ path, mode, owner = "0:0" }) => `mkdir -p ".${path}" && chown ${owner} ".${path}" && chmod ${mode} ".${path}"`),
    ...Object.entries(capabilities).map(([path, text]) => `setcap ${text} ".${path}"`),
  ].join(" && ");
  if (script === "") return;
  const { status, stderr } = await run("sh", ["-c", `set -e; cd "$1"; ${script}`, "sh", root]);
  refuseIfAny(status === 0 ? [] : [`the image's folders cannot be made: ${lastLine(stderr)} (lab:images has to run as root, and setcap is in libcap2-bin)`]);
}

async function load(lab: Lab, recipe: Versioned, root: string, inputs: string): Promise<void> {
  // docker import keeps file capabilities, a build does not.
  const changes = [...recipe.changes, `LABEL ${INPUTS}=${inputs}`].flatMap((line) => ["--change", line]);
  const command = 'root=$1; shift; tar --xattrs --xattrs-include=security.capability --numeric-owner -C "$root" -c . | docker "$@"';
  const { status, stderr } = await run("bash", ["-o", "pipefail", "-c", command, "bash", root, "-H", lab.host, "import", ...changes, "-", imageName(recipe)], { environment: lab.environment });
  refuseIfAny(status === 0 ? [] : [`${imageName(recipe)}: docker import failed: ${lastLine(stderr)}`]);
}
