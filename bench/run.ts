import { cpus } from "node:os";
import { join } from "node:path";
import { edge, tune } from "./edge";
import { PROJECT, firstLine } from "./programs";
import { synth } from "./synth";

/** `npm run bench [-- PART ...]`; without a part, those that compare with others. */
const PARTS: Readonly<Record<string, () => Promise<string> | string>> = { synth, edge, tune };

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((part) => !(part in PARTS));
  if (unknown !== undefined) {
    process.stderr.write(`no part is called ${unknown}; there are ${Object.keys(PARTS).join(", ")}\n`);
    process.exit(2);
  }
  const tables: string[] = [];
  for (const part of wanted) tables.push(await PARTS[part]());
  const versions = [firstLine(join(PROJECT, "tools/bin/caddy"), "version")?.replace(/^/, "Caddy ").split(" h1:")[0], firstLine("haproxy", "-v"), firstLine("nginx", "-v")];
  process.stdout.write(`\n${[`${cpus().length} cores, Node ${process.version}`, ...versions.filter(Boolean)].join("; ")}\n\n${tables.join("\n\n")}\n`);
}

// Ends with an exit, so that what was started and written ends with it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const parts = process.argv.slice(2);
main(parts.length > 0 ? parts : ["synth", "edge"]).catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
});
