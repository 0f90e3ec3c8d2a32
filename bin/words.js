"use strict";

/** How npm hands over an option of its caller that was not behind `--`. */
const npmName = (option) => `npm_config_${option.replace(/^--/, "").replace(/-/g, "_")}`;

const usage = (name, { help, flags, valued, plain, rest }) => {
  const options = [...flags, ...valued.map((option) => `${option} VALUE`)].map((option) => `[${option}]`);
  const words = plain !== undefined || rest ? ["[word...]"] : [];
  return `usage: npx tailwart ${[name, ...options, ...words].join(" ")}\n       npm run ${name} -- ...\n${help}\n`;
};

/**
 * Reads the words behind a command's name.
 * @returns {{ help: string } | { error: string } | { words: string[] }} usage that was asked for, one line of what is
 *   wrong, or the words for the command's program
 */
function readWords(name, command, words, environment) {
  const { flags, valued, plain, rest } = command;
  const known = [...flags, ...valued];
  const allowed = known.length > 0 ? known.join(", ") : "no options";
  if (words.includes("--help") || words.includes("-h")) return { help: usage(name, command) };
  if (environment.npm_lifecycle_event === name) {
    // npm takes these for its own, and the command would do something else than was asked.
    // Under npx some of npm's own are there and empty.
    const swallowed = known.filter((option) => {
      const value = environment[npmName(option)];
      return flags.includes(option) ? value === "true" : value !== undefined;
    });
    if (swallowed.length > 0)
      return { error: `${name}: npm kept ${swallowed.join(" and ")} for itself; write: npm run ${name} -- ${swallowed.join(" ")}` };
  }
  const out = [];
  const plainWords = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const option = word.split("=")[0];
    if (valued.includes(option)) {
      out.push(word);
      if (!word.includes("=") && at + 1 < words.length) out.push(words[(at += 1)]);
    } else if (word.startsWith("-")) {
      // A program with options of its own says what it allows, with a suggestion.
      if (known.length === 0) return { error: `${name}: got "${word}"; allowed: ${allowed}; take it out` };
      out.push(word);
    } else if (flags.includes(`--${word}`)) out.push(`--${word}`);
    else if (rest) out.push(word);
    else if (plain !== undefined) plainWords.push(word);
    else return { error: `${name}: got "${word}"; allowed: ${allowed}; take it out` };
  }
  if (plainWords.length > 0 && valued.some((option) => option === plain && out.some((word) => word.split("=")[0] === option)))
    return { error: `${name}: got "${plainWords.join(" ")}" and ${plain} too; name them in one of the two` };
  return { words: plainWords.length > 0 ? [...out, plain, plainWords.join(",")] : out };
}

module.exports = { readWords, npmName };
