import { cpus } from "node:os";
import { join } from "node:path";
import { edge, tune } from "./edge";
import { image } from "./image";
import { lab } from "./lab";
import { PROJECT, firstLine } from "./programs";
import { synth } from "./synth";

/** `npm run bench [-- PART ...]`; without a part, those that compare with others. */
const PARTS: Readonly<Record<string, () => Promise<string> | string>> = { synth, edge, tune, image, lab };

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((part) => !(part in PARTS));
  if (unknown !== undefined) {
    process.stderr.write(`no part is called ${unknown}; there are ${Object.keys(PARTS).join(", ")}\n`);
    process.exit(2);
  }
  const tables: string[] = [];
  for (const part of wanted) tables.push(await PARTS[part]());
  const versions = { Caddy: firstLine(join(PROJECT, "tools/bin/caddy"), "version"), HAProxy: firstLine("haproxy", "-v"), nginx: firstLine("nginx", "-v") };
  const known = Object.entries(versions).flatMap(([name, line]) => (line === undefined ? [] : [`${name} ${/\d+(\.\d+)+/.exec(line)?.[0]}`]));
  process.stdout.write(`\n${[`${cpus().length} cores`, `Node ${process.versions.node}`, ...known].join(", ")}\n\n${tables.join("\n\n")}\n`);
}

// Ends with an exit, so that what was started and written ends with it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const parts = process.argv.slice(2);
main(parts.length > 0 ? parts : ["synth", "edge"]).catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
});
