import type { CaddyServer } from "../../../lib/edge/caddy";

/** The part of Caddy's configuration that mutations touch, so loosely typed that it can be spoilt. */
export interface LooseServer {
  listen: string[];
  routes: { match?: unknown[]; handle: { proxy_protocol?: string; upstreams: { dial: string[] }[] }[] }[];
}
export type Mutation = (server: LooseServer) => void;

/** A copy with one mistake in it, which lib/edge/caddy.ts would not make. */
export function mutate(server: CaddyServer, change: Mutation = () => undefined): CaddyServer {
  const copy = JSON.parse(JSON.stringify(server)) as LooseServer;
  change(copy);
  return copy as unknown as CaddyServer;
}
