import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { PlacedContainer, PlacedFile } from "../../site/stack";
import type { Finding, Look } from "./look";

/** Files that Terraform has put into containers; it never looks at them again. Hashes are compared here and never shown. */
export const files: Look = async (site, stack) => (await Promise.all(stack.containers.filter((one) => one.files.length > 0).map((one) => filesOf(site, one)))).flat();

async function filesOf(site: Parameters<Look>[0], { name, engine, files: placed }: PlacedContainer): Promise<Finding[]> {
  const script = 'for file; do echo "$(stat -c %a "$file" 2>/dev/null) $(sha256sum <"$file" 2>/dev/null)"; done';
  const { status, stdout } = await site.engine(engine).exec(name, ["/bin/sh", "-c", script, "sh", ...placed.map(({ path }) => path)], { user: "0" });
  if (status !== 0) return [];
  return compare(placed, stdout.split("\n")).map((what) => ({ where: name, what }));
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

/** The hash of what should be there; undefined when a secret's file is gone from this machine, and only its mode can be compared. */
function wanted(file: PlacedFile): string | undefined {
  if ("content" in file) return sha256(file.content);
  return existsSync(file.source) ? sha256(readFileSync(file.source)) : undefined;
}

/** @param seen for each file `mode hash -`, an empty line for one that is not there */
export function compare(placed: readonly PlacedFile[], seen: readonly string[]): string[] {
  return placed.flatMap((file, index) => {
    const [mode = "", hash = ""] = (seen[index] ?? "").trim().split(/\s+/);
    const put = "docker rm -f the container and deploy: Terraform does not see it";
    if (mode === "") return [`${file.path} is gone; ${put}`];
    if (mode !== file.mode.replace(/^0/, "")) return [`${file.path} has mode ${mode}, not ${file.mode.replace(/^0/, "")}; ${put}`];
    const should = wanted(file);
    return should === undefined || should === hash ? [] : [`${file.path} is not what was deployed; ${put}`];
  });
}
