import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALL_RULES } from "../../../lib/docker/rules/all";
import { rulesDocument } from "../../../lib/docker/rules/document";

test("docs/rules.md is what the rules say (make it anew with `npm run docs`)", () => {
  expect(readFileSync(join(__dirname, "../../../docs/rules.md"), "utf8")).toBe(rulesDocument());
});

test.each(ALL_RULES.map((rule) => [rule.name, rule.why]))("%s has a row", (name, why) => {
  expect(rulesDocument()).toContain(`| \`${name}\` | ${why} |\n`);
  expect(why).not.toContain("|");
});
