import type { Deployment } from "../config";
import type { Wire } from "../wire";

/** Every node of a tailnet has its addresses in these (tailscale.com/kb/1015/100.x-addresses; Headscale's defaults too). */
const TAILNET_RANGES = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"];

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");

/** Whom the web server believes a PROXY header: the edge, and nobody else. */
function senders({ edges, fallback }: Wire): string[] {
  if (fallback === undefined || isLoopback(fallback.host)) return ["127.0.0.1/32", "::1/128"];
  return edges.flatMap(({ ipv4, ipv6 }) => [`${ipv4}/32`, ...(ipv6 === undefined ? [] : [`${ipv6}/128`])]);
}

/**
 * Settings of the web server that the edge hands foreign HTTPS to: its own port, and the client's address from the PROXY
 * header. Without the header everybody would be 127.0.0.1, and the vhost below could not tell the tailnet from a stranger.
 */
function serverSettings(wire: Wire): string[] {
  const { fallback } = wire;
  if (fallback?.proxy !== "v2") return [];
  return [
    "# These settings are the whole web server's: merge them with a block of such settings that it has already.",
    "{",
    "\t# The edge owns the HTTPS port and hands all names that are not the mailbox's to this one.",
    `\thttps_port ${fallback.port}`,
    `\tservers :${fallback.port} {`,
    "\t\tlistener_wrappers {",
    "\t\t\tproxy_protocol {",
    "\t\t\t\ttimeout 5s",
    ...(isLoopback(fallback.host) ? [] : ["\t\t\t\t# The edges' public addresses; where they reach this server from others, those."]),
    `\t\t\t\tallow ${senders(wire).join(" ")}`,
    "\t\t\t}",
    "\t\t\ttls",
    "\t\t}",
    "\t\t# The edge carries TCP only, so HTTP/3 must not be offered.",
    "\t\tprotocols h1 h2",
    "\t}",
    "}",
    "",
  ];
}

/**
 * Caddyfile for the edge host's own web server: the mail server's administration under a name, for tailnet clients only.
 * Undefined when none is wanted.
 */
export function adminVhost({ adminVhost: name }: Deployment, wire: Wire): string | undefined {
  const admin = wire.lines.find((line) => line.kind === "admin");
  if (name === undefined || admin === undefined) return undefined;
  return [
    "# tailwart: the mail server's administration, reached through the tailnet only.",
    `# ${name} has to resolve to this host's tailnet address (tailscale ip -4). No certificate authority connects there:`,
    "# take a certificate by DNS-01, or add a line with: tls internal",
    ...serverSettings(wire),
    `${name} {`,
    `\t@tailnet remote_ip ${TAILNET_RANGES.join(" ")}`,
    "\thandle @tailnet {",
    `\t\treverse_proxy ${wire.mailbox.host}:${admin.port}`,
    "\t}",
    "\thandle {",
    "\t\tabort",
    "\t}",
    "}",
    "",
  ].join("\n");
}
