import { POLICY_MARKER, column, markerOf, grantLines, grantTitle, ownersText, testLines, testTitle } from "./entry";
import type { PolicyEntries } from "./types";

const HEAD = [
  `${POLICY_MARKER} what mail needs of this tailnet's policy file. Made from .env by npm run synth: change it there.`,
  "Use it whole where the tailnet has no policy of its own; else put the entries of each section below into the",
  "section of the same name and leave the rest of your policy as it is.",
  'A policy without "grants" and "acls" lets everybody reach everything; the first grant in it ends that.',
];

const ABOUT_TESTS = [
  `${POLICY_MARKER} the control server refuses a policy in which one of these fails. "deny" fails too when a rule elsewhere`,
  "in the policy is wider than ours. One port for each destination; the source is a tag or one user, never an autogroup.",
  'On Headscale every tag and user named here needs a node first ("resolved to no IP addresses" otherwise):',
  "leave the tests out until the nodes have joined.",
];

const comment = (lines: readonly string[], indent: string): string[] => lines.map((line) => `${indent}// ${line}`);
/** An element of a section under its marker. */
const marked = (marker: string, title: string, lines: readonly string[]): string[] => {
  const indented = lines.map((line) => `    ${line}`);
  return [`    // ${marker} ${title}`, ...indented.slice(0, -1), `${indented.at(-1)},`];
};

/** Groups and tags that our grants name and that only the operator's own policy can define. */
function foreign(policy: PolicyEntries): string[] {
  const named = [...policy.grants.flatMap(({ src }) => src), ...Object.values(policy.tagOwners).flat()];
  return [...new Set(named.filter((one) => /^(group|tag):/.test(one) && !Object.hasOwn(policy.tagOwners, one)))];
}

/**
 * The policy as HuJSON (github.com/tailscale/hujson: JSON with comments and trailing commas): a whole object that can
 * also be pasted section by section. Without tests the section is left out.
 */
export function renderPolicy(policy: PolicyEntries): string {
  const { notes } = policy;
  const marker = markerOf(policy.owner?.name);
  const define = foreign(policy);
  const owners = Object.entries(policy.tagOwners).map(([tag, who]) => [ownersText(tag, who), notes[tag]] as const);
  return [
    ...comment(HEAD, ""),
    ...comment(define.length === 0 ? [] : [`Your own policy has to define: ${define.join(", ")}.`], ""),
    "{",
    '  "tagOwners": {',
    `    // ${POLICY_MARKER} who may give a node these tags; what your policy says about a tag already may stay`,
    ...column(owners, "    "),
    "  },",
    '  "grants": [',
    ...policy.grants.flatMap((grant) => marked(marker, grantTitle(grant, notes), grantLines(grant, notes))),
    "  ],",
    ...(policy.tests.length === 0 ? [] : ['  "tests": [', ...comment(ABOUT_TESTS, "    "), ...policy.tests.flatMap((test) => marked(marker, testTitle(test, notes), testLines(test, notes))), "  ],"]),
    "}",
    "",
  ].join("\n");
}
