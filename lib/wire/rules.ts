import { isIP } from "node:net";
import { PRIVATE_PORTS } from "./services";
import type { Line, Wire } from "./types";

/** What a wire must keep. Each rule returns one sentence for each breach. */
export interface WireRule {
  readonly name: string;
  readonly why: string;
  readonly check: (wire: Wire) => readonly string[];
}

const count = (n: number): string => (n === 0 ? "none" : String(n));
const edgeGrants = (wire: Wire, line: Line) =>
  wire.grants.filter((grant) => grant.line === line.name && grant.src.some((src) => wire.edges.some((edge) => edge.tag === src)));
const throughEdge = (wire: Wire): Line[] => wire.lines.filter((line) => line.reach === "public");
const served = (wire: Wire): Line[] => wire.lines.filter((line) => line.kind !== "backend");

export const WIRE_RULES: readonly WireRule[] = [
  {
    name: "one-route-per-public-line",
    why: "a second route on a port is dead or splits its connections",
    check: (wire) =>
      throughEdge(wire)
        .map((line) => ({ line, found: wire.routes.filter((route) => route.line === line.name).length }))
        .filter(({ found }) => found !== 1)
        .map(({ line, found }) => `${line.name} is public and needs exactly one edge route; got ${count(found)}`),
  },
  {
    name: "one-grant-per-public-line",
    why: "without it the edge reaches nothing, and a forgotten second one outlives the line",
    check: (wire) =>
      throughEdge(wire)
        .map((line) => ({ line, found: edgeGrants(wire, line) }))
        .filter(({ line, found }) => found.length !== 1 || found[0].port !== line.port || found[0].dst !== wire.mailbox.tag)
        .map(({ line, found }) =>
          found.length === 1
            ? `${line.name} is granted as ${found[0].dst}:${found[0].port}; it has to be ${wire.mailbox.tag}:${line.port}`
            : `${line.name} is public and needs exactly one grant from the edge; got ${count(found.length)}`,
        ),
  },
  {
    name: "one-listener-per-line",
    why: "a granted and routed port on which nothing listens swallows mail",
    check: (wire) =>
      served(wire)
        .map((line) => ({ line, found: wire.listeners.filter((listener) => listener.line === line.name) }))
        .filter(({ line, found }) => found.length !== 1 || found[0].port !== line.port)
        .map(({ line, found }) =>
          found.length === 1
            ? `the listener of ${line.name} is on port ${found[0].port}; the line says ${line.port}`
            : `${line.name} needs exactly one listener; got ${count(found.length)}`,
        ),
  },
  {
    name: "no-stray-ends",
    why: "an end without a line is an open door that nobody sees",
    check: (wire) => {
      const known = new Map(wire.lines.map((line) => [line.name, line]));
      return [
        ...wire.routes.filter((route) => known.get(route.line)?.reach !== "public").map((route) => `the edge routes port ${route.port} to ${route.line}, which is not a public line`),
        ...wire.routes.filter((route) => known.has(route.line) && known.get(route.line)?.port !== route.port).map((route) => `the edge's route for ${route.line} is on port ${route.port}; the line says ${known.get(route.line)?.port}`),
        ...wire.listeners.filter((listener) => !known.has(listener.line)).map((listener) => `a listener on port ${listener.port} belongs to ${listener.line}, which is not a line`),
        ...wire.grants.filter((grant) => !known.has(grant.line)).map((grant) => `a grant of port ${grant.port} belongs to ${grant.line}, which is not a line`),
        ...wire.lines.filter((line) => line.kind !== "admin" && line.reach !== "public" && edgeGrants(wire, line).length > 0).map((line) => `${line.name} is not public, yet a grant lets the edge reach it`),
      ];
    },
  },
  {
    name: "one-port-per-line",
    why: "an end on another port reaches nobody, and everything looks right from the other side",
    check: (wire) =>
      wire.lines.flatMap((line) => [
        ...(line.reach === "public" ? [] : wire.grants.filter((grant) => grant.line === line.name && grant.port !== line.port).map((grant) => `${line.name} is granted on port ${grant.port}; the line says ${line.port}`)),
        ...wire.dials.filter((dial) => dial.line === line.name && dial.port !== line.port).map((dial) => `${line.name} is dialled on port ${dial.port}; the line says ${line.port}`),
      ]),
  },
  {
    name: "proxy-at-both-ends",
    why: "a header that nobody expects is garbage to the server, and a server that expects one closes without a byte",
    check: (wire) =>
      throughEdge(wire).flatMap((line) => {
        const route = wire.routes.find((one) => one.line === line.name);
        const listener = wire.listeners.find((one) => one.line === line.name);
        if (!route || !listener || route.proxy === listener.proxy) return [];
        return [`${line.name} has PROXY ${route.proxy} at the edge and ${listener.proxy} at the mailbox; both ends have to agree`];
      }),
  },
  {
    name: "proxy-on-mail",
    why: "without it SPF, DNSBL, greylisting and bans see the edge instead of the client",
    check: (wire) =>
      throughEdge(wire)
        .filter((line) => line.kind === "mail" && (line.clientAddress !== "proxy-v2" || wire.routes.some((route) => route.line === line.name && route.proxy !== "v2")))
        .map((line) => `${line.name} is public mail and needs PROXY v2, or the mailbox takes every client for the edge`),
  },
  {
    name: "no-proxy-in-tailnet",
    why: "people reach these lines directly and send no header; a server that expects one closes without a byte",
    check: (wire) =>
      wire.lines
        .filter((line) => line.kind === "mail" && line.reach === "tailnet")
        .filter((line) => line.clientAddress !== "none" || wire.listeners.some((one) => one.line === line.name && one.proxy !== "none"))
        .map((line) => `${line.name} is tailnet-only and must not carry PROXY`),
  },
  {
    name: "no-proxy-on-admin",
    why: "people reach the administration directly; a PROXY header there only shuts them out",
    check: (wire) =>
      wire.lines
        .filter((line) => line.kind === "admin")
        .filter((line) => line.clientAddress !== "none" || wire.listeners.some((one) => one.line === line.name && one.proxy !== "none") || wire.routes.some((one) => one.line === line.name))
        .map((line) => `${line.name} (port ${line.port}) never carries PROXY and never goes through the edge's layer 4`),
  },
  {
    name: "web-proxy-as-set",
    why: "HTTPS carries PROXY only when WEB_PROXY_PROTOCOL says so, and then at both ends",
    check: (wire) =>
      wire.lines
        .filter((line) => line.kind === "web")
        .flatMap((line) => {
          const wanted = line.clientAddress === "proxy-v2" ? "v2" : "none";
          return [...wire.routes, ...wire.listeners]
            .filter((end) => end.line === line.name && end.proxy !== wanted)
            .map((end) => `${line.name} has PROXY ${end.proxy} at the ${"dial" in end ? "edge" : "mailbox"}; WEB_PROXY_PROTOCOL asks for ${wanted}`);
        }),
  },
  {
    name: "dial-by-name",
    why: "a node that registers again has another address; its MagicDNS name stays",
    check: (wire) => [
      ...wire.routes.flatMap((route) => {
        const host = route.dial.slice(0, route.dial.lastIndexOf(":")).replace(/^\[|\]$/g, "");
        if (isIP(host)) return [`${route.line} is dialled at the address ${host}; an address changes when the node registers again; dial ${wire.mailbox.host}`];
        const wanted = `${wire.mailbox.host}:${route.port}`;
        return route.dial === wanted ? [] : [`${route.line} is dialled at ${route.dial}; it has to be ${wanted}`];
      }),
      ...wire.dials
        .filter((dial) => isIP(dial.host) && wire.lines.some((line) => line.name === dial.line && line.reach !== "loopback"))
        .map((dial) => `${dial.line} is dialled at the address ${dial.host}; an address changes when the node registers again; dial its MagicDNS name`),
    ],
  },
  {
    name: "one-line-per-port",
    why: "two programs on one port share its connections, and half of them fail",
    check: (wire) => {
      const inMailbox = wire.lines.filter((line) => line.kind !== "backend" || line.reach === "loopback");
      const settable = { postgres: "STALWART_DB_PORT", redis: "STALWART_REDIS_PORT" } as const;
      const hint = (...lines: Line[]): string => {
        const variables = (["postgres", "redis"] as const).filter((name) => lines.some((line) => line.name === name)).map((name) => settable[name]);
        return `give one of them another${variables.length === 0 ? "" : ` (${variables.join(", ")})`}`;
      };
      return inMailbox.flatMap((line, index) => {
        const first = inMailbox.slice(0, index).find((other) => other.port === line.port);
        const own = Object.entries(PRIVATE_PORTS).find(([, port]) => port === line.port)?.[0];
        return [
          ...(first ? [`${first.name} and ${line.name} are both on port ${line.port}; ${hint(first, line)}`] : []),
          ...(own ? [`${line.name} is on port ${line.port}, which the mailbox needs for itself (${own}); ${hint(line)}`] : []),
        ];
      });
    },
  },
  {
    name: "fallback-not-itself",
    why: "an edge that hands HTTPS to its own port calls itself until it has no file descriptors left",
    check: ({ fallback, edges, mailbox, routes }) => {
      if (!fallback) return [];
      const own = ["localhost", "0.0.0.0", "::", "::1", ...edges.flatMap((edge) => [edge.host, edge.name, edge.ipv4, edge.ipv6])];
      const isOwn = own.includes(fallback.host) || /^127\./.test(fallback.host);
      return [
        ...(isOwn && routes.some((route) => route.port === fallback.port) ? [`EDGE_WEB_FALLBACK ${fallback.dial} is the edge itself; move the web server to another port, for example 127.0.0.1:8443`] : []),
        ...(fallback.host === mailbox.host || fallback.host === mailbox.name ? [`EDGE_WEB_FALLBACK ${fallback.dial} is the mailbox; it is for the host's own web server`] : []),
      ];
    },
  },
  {
    name: "nodes-apart",
    why: "two nodes with one name become name and name-1, and the wrong one is dialled",
    check: ({ edges, mailbox }) => {
      const nodes = [mailbox, ...edges];
      return nodes
        .filter((node, index) => nodes.findIndex((other) => other.host === node.host) !== index)
        .map((node) => `two nodes have the name ${node.host}; give each its own`);
    },
  },
];

/** All breaches of all rules. */
export const checkWire = (wire: Wire): readonly string[] => WIRE_RULES.flatMap((rule) => rule.check(wire).map((text) => `wire: ${text} (${rule.name})`));
