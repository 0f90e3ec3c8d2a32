import type { PolicyEntries, PolicyGrant, PolicyTest } from "./types";

/** Begins every comment of ours: a later run, and a person, find our entries by it. */
export const POLICY_MARKER = "tailwart:";

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

type Commented = readonly [text: string, comment?: string];

const comment = (lines: readonly string[], indent: string): string[] => lines.map((line) => `${indent}// ${line}`);
const quoted = (text: string): string => JSON.stringify(text);
const inline = (texts: readonly string[]): string => `[${texts.map(quoted).join(", ")}]`;

/** `text,  // comment` for each, with the comments below one another; the trailing comma is HuJSON's. */
function column(items: readonly Commented[], indent: string): string[] {
  const width = Math.max(...items.map(([text]) => text.length + 1));
  return items.map(([text, note]) => `${indent}${note === undefined ? `${text},` : `${`${text},`.padEnd(width)}  // ${note}`}`);
}

type Notes = PolicyEntries["notes"];

const party = (principals: readonly string[], notes: Notes): string =>
  principals.map((one) => (notes[one] === undefined ? one : `${one} (${notes[one]})`)).join(", ");

function grantText(grant: PolicyGrant, notes: Notes): string[] {
  const ports = grant.ip.map((item): Commented => [quoted(item), notes[item.replace("tcp", grant.dst[0])]]);
  return [
    `    // ${POLICY_MARKER} ${party(grant.src, notes)} -> ${party(grant.dst, notes)}`,
    "    {",
    `      "src": ${inline(grant.src)},`,
    `      "dst": ${inline(grant.dst)},`,
    '      "ip": [',
    ...column(ports, "        "),
    "      ],",
    "    },",
  ];
}

function testText(test: PolicyTest, notes: Notes): string[] {
  const list = (key: "accept" | "deny"): string[] => {
    const targets = (test[key] ?? []).map((target): Commented => [quoted(target), notes[target]]);
    return targets.length === 0 ? [] : [`      "${key}": [`, ...column(targets, "        "), "      ],"];
  };
  return [
    `    // ${POLICY_MARKER} what ${party([test.src], notes)} can and cannot reach`,
    "    {",
    `      "src": ${quoted(test.src)},`,
    `      "proto": ${quoted(test.proto)},`,
    ...list("accept"),
    ...list("deny"),
    "    },",
  ];
}

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
  const define = foreign(policy);
  const owners = Object.entries(policy.tagOwners).map(([tag, who]): Commented => [`${quoted(tag)}: ${inline(who)}`, notes[tag]]);
  return [
    ...comment(HEAD, ""),
    ...comment(define.length === 0 ? [] : [`Your own policy has to define: ${define.join(", ")}.`], ""),
    "{",
    '  "tagOwners": {',
    `    // ${POLICY_MARKER} who may give a node these tags; what your policy says about a tag already may stay`,
    ...column(owners, "    "),
    "  },",
    '  "grants": [',
    ...policy.grants.flatMap((grant) => grantText(grant, notes)),
    "  ],",
    ...(policy.tests.length === 0 ? [] : ['  "tests": [', ...comment(ABOUT_TESTS, "    "), ...policy.tests.flatMap((test) => testText(test, notes)), "  ],"]),
    "}",
    "",
  ].join("\n");
}
