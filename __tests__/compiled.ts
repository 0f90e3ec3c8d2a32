import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..");

/** In a Node of its own: jest takes seconds to load the compiler. */
const COMPILE = `
  const fs = require("node:fs"), path = require("node:path"), ts = require("typescript");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  for (const [from, to] of JSON.parse(fs.readFileSync(0, "utf8"))) {
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, ts.transpileModule(fs.readFileSync(from, "utf8"), { compilerOptions }).outputText);
  }
`;

/**
 * Compiles parts of `lib` into a folder of its own, laid out as `dist` is, so that a test can run programs that deploy runs.
 * @param parts files and folders, from `lib/`
 * @returns the path of a program in it
 */
export function compiled(parts: readonly string[]): (program: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-dist-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const sources = parts.flatMap((part) => (part.endsWith(".ts") ? [part] : readdirSync(join(ROOT, "lib", part), { recursive: true, encoding: "utf8" }).map((name) => join(part, name))));
  const pairs = sources.filter((name) => name.endsWith(".ts")).map((name) => [join(ROOT, "lib", name), join(folder, "dist/lib", name.replace(/ts$/, "js"))]);
  execFileSync(process.execPath, ["-e", COMPILE], { cwd: ROOT, input: JSON.stringify(pairs) });
  return (program) => join(folder, "dist/lib", program);
}

/** What {@link compiled} needs for the program that writes the policy, by a job. */
export const POLICY_PROGRAM = ["tailnet", "errors.ts", "pipe.ts", "policy-rule.ts", "text.ts", "wire", "wire.ts"];
