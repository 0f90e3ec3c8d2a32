/** What a deployment is made of, as texts and data: the artefacts that a person reviews. */
export interface Artefacts {
  /** the edge's Caddy configuration */
  readonly caddy: object;
  /** the rendered tailnet policy, HuJSON */
  readonly policy: string;
  readonly headscale: boolean;
  /** deploy merges the policy itself */
  readonly applied?: boolean;
  /** the mail server's plain files; those with secrets do not belong here */
  readonly mailServer: { readonly name: string; readonly files: readonly ReviewFile[] };
  readonly dns: string;
  /** Caddyfile snippet; absent where no admin vhost is wanted */
  readonly adminVhost?: string;
  readonly summary: string;
}

export interface ReviewFile {
  /** relative to the review folder; of a mail server's file the path in its container */
  readonly path: string;
  readonly content: string;
}

/** First line of the folder's README: {@link writeReview} tidies no folder without it. */
export const REVIEW_MARK = "tailwart: what this deployment is made of, for review. Made anew by every synth; edit nothing here.";

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** JSON on one line is put on many; any other text stays as it is. */
function readable({ path, content }: ReviewFile): string {
  if (!path.endsWith(".json")) return content;
  try {
    return pretty(JSON.parse(content));
  } catch {
    return content;
  }
}

/** By their last name in a folder of the server; by their whole path where two would meet. */
function serverFiles({ name, files }: Artefacts["mailServer"]): ReviewFile[] {
  const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
  const names = files.map(({ path }) => last(path));
  return files.map((file) => {
    const alone = names.filter((one) => one === last(file.path)).length === 1;
    return { path: `${name}/${alone ? last(file.path) : file.path.replace(/^\/+/, "")}`, content: readable(file) };
  });
}

const PASTE_TAILSCALE = [
  "Merge it by hand: admin console > Access controls > JSON editor. Put the entries of each section into the section",
  "of the same name (or use the whole text where you have no policy); saving runs the tests.",
];
const APPLIED = ["The deploy of the stack tailnet merges them into the policy that is there; nothing is to be done by hand."];
const PASTE_HEADSCALE = [
  "Merge it by hand: headscale policy get >policy.hujson, put the entries of each section into the section of the",
  "same name, then headscale policy check -f policy.hujson and headscale policy set -f policy.hujson. The tests need",
  "the nodes: leave them out until edge, mailbox and backends have joined, then set the policy once more with them.",
];

function readme({ headscale, applied, mailServer, adminVhost }: Artefacts, serverPaths: readonly string[]): string {
  const about: [string, readonly string[]][] = [
    ["summary.txt", ["The table that synth prints: what is public, who may reach what, what is missing."]],
    ["caddy.json", ["The edge's configuration, as the running edge gets it."]],
    ["tailnet-policy.hujson", ["Our entries of the tailnet's policy.", ...(applied ? APPLIED : headscale ? PASTE_HEADSCALE : PASTE_TAILSCALE)]],
    [`${mailServer.name}/`, [`What the mail server is given: ${serverPaths.map((path) => path.slice(mailServer.name.length + 1)).join(", ")}`]],
    ["dns.txt", ["DNS records that both ends need, and what of them is not known yet."]],
    ...(adminVhost === undefined ? [] : ([["admin-vhost.caddyfile", ["For the web server of the edge's host: the mail server's administration, for the tailnet only."]]] as [string, string[]][])),
  ];
  return [REVIEW_MARK, "No secret is in any of these files.", "", ...about.flatMap(([path, lines]) => [path, ...lines.map((line) => `    ${line}`)]), ""].join("\n");
}

/** The files of the review folder. The same deployment always gives the same bytes. */
export function reviewFiles(artefacts: Artefacts): ReviewFile[] {
  const server = serverFiles(artefacts.mailServer);
  return [
    { path: "README.txt", content: readme(artefacts, server.map(({ path }) => path)) },
    { path: "summary.txt", content: artefacts.summary },
    { path: "caddy.json", content: pretty(artefacts.caddy) },
    { path: "tailnet-policy.hujson", content: artefacts.policy },
    ...server,
    { path: "dns.txt", content: artefacts.dns },
    ...(artefacts.adminVhost === undefined ? [] : [{ path: "admin-vhost.caddyfile", content: artefacts.adminVhost }]),
  ];
}
