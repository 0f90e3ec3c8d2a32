import type { Deployment } from "../config";
import { table, wrap } from "../text";
import { grantGroups, webHosts, type Line, type Wire } from "../wire";
import { stackViews } from "./built";

export interface SummaryExtras {
  /** names of the stacks, in the order in which they are deployed */
  readonly stacks: readonly string[];
  /** true where no `.env` was found and the example's values stand in */
  readonly fromExample?: boolean;
  /** where the files for review are, for the last line */
  readonly folder?: string;
}

const WIDTH = 100;
const TLS: Record<Line["tls"], string> = { starttls: "STARTTLS", implicit: "implicit", none: "none" };
const CROSSES = { v2: "PROXY v2", none: "not carried" } as const;

const item = (text: string, mark = "  - "): string[] => wrap(text, WIDTH, mark);

function publicLines(deployment: Deployment, wire: Wire): string[] {
  const rows = wire.routes.flatMap((route) => {
    const line = wire.lines.find((one) => one.name === route.line);
    const begin = [route.line, String(route.port), TLS[line?.tls ?? "none"]];
    if (route.sni === undefined) return [[...begin, CROSSES[route.proxy], route.dial]];
    return [
      [...begin, CROSSES[route.proxy], `${route.dial}, names below`],
      ...(wire.fallback ? [["", "", "", CROSSES[wire.fallback.proxy], `${wire.fallback.dial}, all other names`]] : []),
    ];
  });
  const places = wire.edges.map(({ name, ipv4, ipv6 }) => `${name} (${[ipv4, ...(ipv6 === undefined ? [] : [ipv6])].join(", ")})`);
  const names = webHosts(deployment);
  return [
    ...wrap(`the whole internet, through ${places.join(" and ")}`, WIDTH, "PUBLIC: "),
    ...table([["line", "port", "TLS", "client's address", "goes to"], ...rows], { right: [1], indent: "  " }),
    ...(names.length === 0 ? ["  mail only: the edge leaves HTTPS alone"] : item(names.join(", "), "  names that go to the mailbox: ")),
  ];
}

function tailnetLines({ backends }: Deployment, wire: Wire): string[] {
  // Of the backends only S3 can be asked with TLS; the tailnet encrypts either way.
  const tlsOf = (line: Line): string => TLS[line.name === "s3" && backends.s3?.tls ? "implicit" : line.tls];
  const rows = wire.lines
    .filter((line) => line.reach === "tailnet")
    .map((line) => {
      const who = [...new Set(wire.grants.filter((grant) => grant.line === line.name).flatMap((grant) => grant.src))];
      const host = wire.dials.find((dial) => dial.line === line.name)?.host ?? wire.mailbox.host;
      return [line.name, String(line.port), tlsOf(line), `${host}:${line.port}`, who.join(", ") || "nobody"];
    });
  const inside = wire.lines.filter((line) => line.reach === "loopback").map(({ name, port }) => `${name} ${port}`);
  return [
    "TAILNET ONLY",
    ...(rows.length === 0 ? ["  nothing"] : table([["line", "port", "TLS", "at", "open to"], ...rows], { right: [1], indent: "  " })),
    ...(inside.length === 0 ? [] : [`  inside the mailbox only, no grant: ${inside.join(", ")}`]),
  ];
}

/** A tag with what it stands for here. */
function partyOf(wire: Wire, who: string): string {
  if (who === wire.mailbox.tag) return `${who} (mailbox)`;
  if (wire.edges.some((edge) => edge.tag === who)) return `${who} (edge)`;
  return wire.grants.some((grant) => grant.dst === who) ? `${who} (backends)` : who;
}

function reach(wire: Wire): string[] {
  const rows = grantGroups(wire.grants).map(({ src, dst, lines }) => [
    src.map((who) => partyOf(wire, who)).join(", "),
    "->",
    partyOf(wire, dst),
    lines.map(({ port }) => port).join(" "),
  ]);
  return ["WHO MAY REACH WHAT: TCP ports in the tailnet; other rules of your policy add to these", ...table(rows, { indent: "  " })];
}

function builtAndRun(deployment: Deployment, stacks: readonly string[]): string[] {
  const views = stackViews(deployment, stacks);
  const width = Math.max(0, ...views.flatMap(({ parts }) => parts.map(([what]) => what.length)));
  return [
    "BUILT AND RUN, in this order",
    ...views.flatMap(({ name, engines, parts }) => [
      ...item(engines.length === 0 ? name : `${name}, on ${engines.join(" and ")}`, "  "),
      ...parts.flatMap(([what, from]) => item(from, `    ${what.padEnd(width)}  `)),
    ]),
  ];
}

function missing({ examples, missing: needed }: Deployment): string[] {
  const lines = [...examples.map((text) => `${text} is still the example's value`), ...needed];
  return lines.length === 0 ? ["STILL MISSING", "  nothing"] : ["STILL MISSING: deploy refuses until all of it is there", ...lines.flatMap((line) => item(line))];
}

function warnings({ warnings: given }: Deployment): string[] {
  return ["WARNINGS", ...(given.length === 0 ? ["  none"] : given.flatMap((line) => item(line)))];
}

/** The three choices that no port shows. */
function ways({ mailbox, backends }: Deployment): string {
  const { smarthost, certificates } = mailbox;
  const out = smarthost === undefined ? "leaves directly" : `leaves through ${smarthost.host}:${smarthost.port}`;
  const certificate = { acme: `by ACME (${"challenge" in certificates ? certificates.challenge : ""})`, files: "from your files", none: "is the server's own" }[certificates.kind];
  return `outgoing mail ${out}; the certificate ${certificates.kind === "none" ? "" : "comes "}${certificate}; backends are ${backends.kind}`;
}

/** What a person reads before a deploy: plain text, a page wide, nothing cut, never a secret's value. */
export function summary(deployment: Deployment, wire: Wire, { stacks, fromExample = false, folder }: SummaryExtras): string {
  const { domains, hostname, mailbox } = deployment;
  const parts = [
    [
      ...wrap(`mail for ${domains.join(", ")} at ${hostname}, by ${mailbox.server} on ${wire.mailbox.host}`, WIDTH, "tailwart: "),
      ...item(ways(deployment), "  "),
      ...(fromExample ? ["No .env here: these are the example's values. For your own: cp .env.example .env, then edit it."] : []),
    ],
    publicLines(deployment, wire),
    tailnetLines(deployment, wire),
    reach(wire),
    builtAndRun(deployment, stacks),
    missing(deployment),
    warnings(deployment),
    ...(folder === undefined ? [] : [[`To read next: ${folder}/README.txt says what the files beside it are.`]]),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
