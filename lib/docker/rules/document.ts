import { RULE_GROUPS } from "./all";

const HEAD = `# Rules for containers, images, networks and volumes

\`synth\` refuses what breaks one of these rules, with a line that says what it got, what is allowed and how to fix it. An app of your
own gets them by \`Aspects.of(stack).add(new DockerRules())\` on each stack (CDKTF does not run an Aspect that is put on the app).
Each rule is one file, \`lib/docker/rules/<name>.ts\`. This page is made by \`npm run docs\`.
`;

/** docs/rules.md. */
export function rulesDocument(): string {
  const groups = Object.entries(RULE_GROUPS).map(
    ([title, rules]) => `## ${title}\n\n| rule | why |\n|---|---|\n${rules.map(({ name, why }) => `| \`${name}\` | ${why} |\n`).join("")}`,
  );
  return [HEAD, ...groups].join("\n");
}
