import type { Deployment } from "./config";
import { refuseIfAny } from "./errors";
import { checkWire } from "./wire/rules";
import { MAIL_LINES, SERVICES, type BackendLineName, type LineName } from "./wire/services";
import type { Dial, EdgeNode, Fallback, Grant, Line, Listener, Node, Route, Wire } from "./wire/types";

export * from "./wire/services";
export * from "./wire/types";
export { edgeMayOpen } from "./wire/edges";
export { grantGroups, type GrantGroup } from "./wire/groups";
export { WIRE_RULES, checkWire, type WireRule } from "./wire/rules";

const line = (name: LineName, reach: Line["reach"], clientAddress: Line["clientAddress"] = "none", port?: number): Line => ({
  name,
  ...SERVICES[name],
  ...(port === undefined ? {} : { port }),
  reach,
  clientAddress,
});

/** Every line of this deployment: the one list from which both ends are derived. */
function linesOf(deployment: Deployment): Line[] {
  const { lines, web, mailbox, backends } = deployment;
  const mail = MAIL_LINES.flatMap((name) =>
    lines.public.includes(name) ? [line(name, "public", "proxy-v2")] : lines.tailnet.includes(name) ? [line(name, "tailnet")] : [],
  );
  const stalwart = mailbox.server === "stalwart";
  const place = backends.kind === "embedded" ? "loopback" : "tailnet";
  return [
    ...mail,
    ...(web ? [line("web", "public", web.proxyProtocol ? "proxy-v2" : "none")] : []),
    ...(stalwart ? [line("admin", "tailnet")] : []),
    ...backendDials(deployment).map(({ line: name, port }) => line(name, place, "none", port)),
  ];
}

function backendDials({ backends }: Deployment): Dial[] {
  const { postgres, redis, s3 } = backends;
  return [
    { line: "postgres", host: postgres.host, port: postgres.port },
    ...(redis ? [{ line: "redis", host: redis.host, port: redis.port } as const] : []),
    ...(s3 ? [{ line: "s3", host: s3.host, port: s3.port } as const] : []),
  ];
}

/** Host names that the mailbox answers for over HTTPS; the edge finds them in the TLS ClientHello (RFC 6066 section 3). */
export function webHosts({ web, domains, hostname, mailbox }: Pick<Deployment, "web" | "domains" | "hostname" | "mailbox">): string[] {
  if (!web) return [];
  // More names of the certificate are proven like the mail host's own: by TLS-ALPN-01 through the edge.
  const proven = mailbox.certificates.kind === "acme" && mailbox.certificates.challenge === "tls-alpn-01" ? (mailbox.tlsNames ?? []) : [];
  const named = web.names.flatMap((name) => (name === "mail" ? [hostname] : domains.map((domain) => `${name}.${domain}`)));
  return [...new Set([...named, ...proven])];
}

const proxyOf = (one: Line): "v2" | "none" => (one.clientAddress === "proxy-v2" ? "v2" : "none");
const joined = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

function routesOf(lines: readonly Line[], mailbox: Node, deployment: Deployment): Route[] {
  return lines
    .filter((one) => one.reach === "public")
    .map((one) => ({
      line: one.name,
      port: one.port,
      dial: joined(mailbox.host, one.port),
      proxy: proxyOf(one),
      ...(one.kind === "web" ? { sni: webHosts(deployment) } : {}),
    }));
}

/** Who may open which line, one grant for each pair of parties. */
function grantsOf(lines: readonly Line[], { tailnet, adminVhost }: Deployment): Grant[] {
  const { tags, users, admins } = tailnet;
  return lines.flatMap((one): Grant[] => {
    const to = (src: readonly string[], dst: string): Grant[] => (src.length === 0 ? [] : [{ line: one.name, src, dst, port: one.port }]);
    if (one.reach === "public") return to([tags.edge], tags.mailbox);
    if (one.kind === "backend") return one.reach === "tailnet" ? to([tags.mailbox], tags[one.name as BackendLineName]) : [];
    if (one.kind === "admin") return [...(adminVhost ? to([tags.edge], tags.mailbox) : []), ...to(admins, tags.mailbox)];
    return to(users, tags.mailbox);
  });
}

const listenersOf = (lines: readonly Line[]): Listener[] =>
  lines
    .filter((one) => one.kind !== "backend")
    .map((one) => ({ line: one.name, port: one.port, protocol: one.protocol, tls: one.tls, proxy: proxyOf(one) }));

/**
 * Derives the wire from a deployment and checks it.
 * @throws MistakesError with one line for each breach of a rule
 */
export function makeWire(deployment: Deployment): Wire {
  const { tailnet, web } = deployment;
  const node = (name: string, tag: string): Node => ({ name, tag, host: `${name}.${tailnet.name}` });
  const mailbox = node(tailnet.mailboxName, tailnet.tags.mailbox);
  const edges = deployment.edges.map(({ name, ipv4, ipv6 }): EdgeNode => ({ ...node(name, tailnet.tags.edge), ipv4, ipv6 }));
  const lines = linesOf(deployment);
  const fallback: Fallback | undefined = web && {
    dial: joined(web.fallback.host, web.fallback.port),
    host: web.fallback.host,
    port: web.fallback.port,
    proxy: web.fallback.proxyProtocol ? "v2" : "none",
  };
  const wire: Wire = {
    mailbox,
    edges,
    lines,
    routes: routesOf(lines, mailbox, deployment),
    fallback,
    grants: grantsOf(lines, deployment),
    listeners: listenersOf(lines),
    dials: backendDials(deployment),
  };
  refuseIfAny(checkWire(wire));
  return wire;
}
