import { isIP } from "node:net";
import { items, part, text } from "./json";

/** Where a proxy handler has to lead. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly proxy: "v2" | "none";
  /** the mailbox is dialled by name; the web server may be at a fixed address */
  readonly isMailbox: boolean;
}

const isLoopback = (host: string): boolean => host === "::1" || host.startsWith("127.");

function checkDial(at: string, dial: string, target: Target): string[] {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):([1-9]\d*)$/.exec(dial);
  if (!match) return [`${at} dials ${JSON.stringify(dial)}; write host:port with a number (caddy takes it without, and fails at the first connection)`];
  const host = match[1] ?? match[2];
  const wrongPort = Number(match[3]) === target.port ? [] : [`${at} dials port ${match[3]}; the other end listens on ${target.port}`];
  if (host === target.host || `[${host}]` === target.host) return wrongPort;
  if (isIP(host) && (target.isMailbox || !isLoopback(host)))
    return [`${at} dials the address ${host}; an address changes when the node registers again; dial ${target.host}`, ...wrongPort];
  return [`${at} dials ${host}; it has to be ${target.host}`, ...wrongPort];
}

/** The upstreams of a proxy handler: one, with one address. */
export function checkUpstream(at: string, upstreams: unknown, target: Target): string[] {
  const all = items(upstreams).map(part);
  if (all.length !== 1) return [`${at} needs exactly one upstream; got ${all.length || "none"}`];
  const [upstream] = all;
  const dials = items(upstream.dial);
  const preference = upstream.resolver_preference;
  return [
    ...(upstream.tls === undefined ? [] : [`${at} speaks TLS itself (tls in the upstream); both ends do that, the edge only passes bytes; take it out`]),
    ...(upstream.max_connections === undefined ? [] : [`${at} has max_connections, whose count only goes up, so that in the end everybody is refused; take it out`]),
    ...(target.isMailbox && preference !== "ipv4_only"
      ? [`${at} has resolver_preference ${JSON.stringify(preference ?? "none")}; the mailbox trusts the edge's IPv4 address; write "ipv4_only"`]
      : []),
    ...(dials.length === 1
      ? checkDial(at, text(dials[0]), target)
      : [dials.length === 0 ? `${at} dials nothing; write host:port` : `${at} dials ${dials.length} addresses at once: each connection would be copied to all; keep one`]),
  ];
}
