#!/usr/bin/env node
"use strict";
/** `npx tailwart COMMAND` and every `npm run COMMAND`: reads the words, builds what is old, and becomes the command. */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const COMMANDS = require("./commands");
const { readWords } = require("./words");

const ROOT = join(__dirname, "..");

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

function main([name, ...words]) {
  const command = Object.hasOwn(COMMANDS, name ?? "") ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const list = `commands: ${Object.keys(COMMANDS).join(", ")}; each takes --help`;
    if (name === undefined || name === "--help" || name === "-h" || name === "help") return void process.stdout.write(`usage: npx tailwart COMMAND\n${list}\n`);
    return fail(`tailwart: got "${name}"; ${list}`);
  }
  const read = readWords(name, command, words, process.env);
  if ("help" in read) return void process.stdout.write(read.help);
  if ("error" in read) return fail(read.error);
  const needed = Number(/\d+/.exec(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).engines.node)[0]);
  if (Number(process.versions.node.split(".")[0]) < needed)
    process.stderr.write(`tailwart: this is Node ${process.versions.node}; ${needed} or newer is supported\n`);
  const problem = require("./build").build(ROOT);
  if (problem !== undefined) return fail(problem);
  process.argv = [process.argv[0], join(ROOT, "dist", command.program), ...command.before, ...read.words];
  // In this process: the program runs as if node had been given it.
  require("node:module").runMain();
}

main(process.argv.slice(2));
