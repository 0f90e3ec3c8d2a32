import type { Fallback, Route, Wire } from "../wire";

/** The part of Caddy's JSON configuration that tailwart writes (caddyserver.com/docs/json/apps/layer4, caddy-l4 v0.1.2). */
export interface CaddyConfig {
  readonly admin: { readonly disabled: true; readonly config: { readonly persist: false } };
  readonly logging: { readonly logs: Readonly<Record<string, CaddyLog>> };
  readonly apps: { readonly layer4: { readonly servers: Readonly<Record<string, CaddyServer>> } };
}
export interface CaddyLog {
  readonly level: "INFO" | "WARN" | "ERROR" | "DEBUG";
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}
export interface CaddyServer {
  readonly listen: readonly string[];
  readonly routes: readonly CaddyRoute[];
}
export interface CaddyRoute {
  readonly match?: readonly [{ readonly tls: { readonly sni: readonly string[] } }];
  readonly handle: readonly [CaddyProxy];
}
export interface CaddyProxy {
  readonly handler: "proxy";
  readonly proxy_protocol?: "v2";
  readonly load_balancing?: { readonly try_duration: string; readonly try_interval: string };
  readonly upstreams: readonly [{ readonly dial: readonly [string]; readonly resolver_preference?: "ipv4_only" }];
}

/** A mailbox that restarts is back within seconds: senders wait at the edge instead of failing. */
const PATIENCE = { try_duration: "5s", try_interval: "250ms" };

function toMailbox(route: Route): CaddyProxy {
  return {
    handler: "proxy",
    ...(route.proxy === "v2" ? { proxy_protocol: "v2" } : {}),
    load_balancing: PATIENCE,
    // MagicDNS is asked for each connection, so a changed tailnet address is followed; it answers with IPv4 only, and the
    // mailbox trusts exactly that address. IPv6 clients cross inside the PROXY header.
    upstreams: [{ dial: [route.dial], resolver_preference: "ipv4_only" }],
  };
}

function toFallback(fallback: Fallback): CaddyProxy {
  return { handler: "proxy", ...(fallback.proxy === "v2" ? { proxy_protocol: "v2" } : {}), upstreams: [{ dial: [fallback.dial] }] };
}

function serverOf(route: Route, fallback: Fallback | undefined): CaddyServer {
  // A mail port has no matcher: its server speaks first, and a matcher that reads would hold back the greeting.
  // By SNI the order counts: names first, then exactly one route for all else, nothing between (caddy-l4 #455).
  const toNames: CaddyRoute = { ...(route.sni ? { match: [{ tls: { sni: route.sni } }] } : {}), handle: [toMailbox(route)] };
  const routes = route.sni && fallback ? [toNames, { handle: [toFallback(fallback)] as const }] : [toNames];
  return { listen: [`:${route.port}`], routes };
}

/** The edge's whole configuration: plain TCP for mail, HTTPS by name. It holds no key and ends no TLS. */
export function caddyConfig(wire: Wire): CaddyConfig {
  return {
    // Without an API there is nothing to resume from: Caddy writes no copy of its configuration either.
    admin: { disabled: true, config: { persist: false } },
    logging: { logs: { default: { level: "INFO" } } },
    apps: { layer4: { servers: Object.fromEntries(wire.routes.map((route) => [route.line, serverOf(route, wire.fallback)])) } },
  };
}

/** The configuration as the text of `caddy.json`. */
export const caddyJson = (config: CaddyConfig): string => `${JSON.stringify(config, null, 2)}\n`;
