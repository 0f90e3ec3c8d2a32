"use strict";
/** Compiles the sources into dist when they are not those that dist was made from; else costs some milliseconds. */
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { spawnSync } = require("node:child_process");
const { join } = require("node:path");

const SOURCES = ["main.ts", "lib", "lab", "bench", "tsconfig.json", "package-lock.json"];

function filesAt(root, path) {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesAt(root, name) : entry.name.endsWith(".ts") ? [name] : [];
  });
}

/** A hash of what is compiled: by content, so that a copied or restored checkout is not compiled again. */
function fingerprint(root) {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  const files = SOURCES.flatMap((path) => (/\.\w+$/.test(path) ? [path] : filesAt(root, path)));
  for (const file of files.sort()) hash.update(file).update("\0").update(readFileSync(join(root, file))).update("\0");
  return hash.digest("hex");
}

/** @returns {string | undefined} what went wrong, in lines; undefined when dist is up to date */
function build(root) {
  // An installed package brings its dist and no sources.
  if (!existsSync(join(root, "tsconfig.json"))) return undefined;
  const mark = join(root, "dist", ".built");
  const now = fingerprint(root);
  if (existsSync(mark) && readFileSync(mark, "utf8") === now) return undefined;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!existsSync(tsc)) return "build: the compiler is not installed; run npm ci, then try again";
  try {
    mkdirSync(join(root, "dist"), { recursive: true });
    writeFileSync(mark, "");
  } catch (error) {
    return `build: cannot write ${join(root, "dist")} (${error.code}); dist is older than the sources: build where the checkout is writable`;
  }
  const args = [tsc, "-p", root, "--incremental", "--tsBuildInfoFile", join(root, "dist", ".tsbuildinfo")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) return `${stdout}${stderr}`.trim() || "build: the compiler ended without a word; try again";
  writeFileSync(mark, now);
  return undefined;
}

module.exports = { build, fingerprint };

if (require.main === module) {
  const problem = build(join(__dirname, ".."));
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  process.exitCode = problem === undefined ? 0 : 1;
}
