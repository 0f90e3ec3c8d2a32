import type { Fallback, Route, Wire } from "../wire";
import { checkUpstream, type Target } from "./rules/dial";
import { items, part, text, type Json } from "./rules/json";

/** Handlers of one route: exactly one, and it passes the connection on. */
function checkProxy(at: string, route: Json, target: Target): string[] {
  const handlers = items(route.handle).map(part);
  const receives = handlers.some((one) => one.handler === "proxy_protocol")
    ? [`${at} takes PROXY headers from the world, so anyone may claim any address; take the proxy_protocol handler out`]
    : [];
  const [proxy] = handlers;
  if (handlers.length !== 1 || proxy.handler !== "proxy")
    return receives.length > 0 ? receives : [`${at} needs exactly one handler, proxy; got ${handlers.map((one) => String(one.handler)).join(", ") || "none"}`];
  const got = proxy.proxy_protocol ?? "none";
  const header =
    got === target.proxy ? [] : [`${at} has proxy_protocol ${JSON.stringify(got)}; the other end expects ${target.proxy}: both ends have to agree`];
  return [...header, ...checkBalancing(at, proxy), ...checkUpstream(at, proxy.upstreams, target)];
}

/** Settings of caddy-l4 v0.1.2 that turn an edge deaf: its connection counters only go up, its health checks speak without a PROXY header. */
function checkBalancing(at: string, proxy: Json): string[] {
  const policy = part(part(proxy.load_balancing).selection).policy;
  const { active, passive } = part(proxy.health_checks);
  return [
    ...(policy === "least_conn" || policy === "random_choose"
      ? [`${at} chooses by ${policy}, which counts connections, and the count never goes down; leave selection out`]
      : []),
    ...(active === undefined ? [] : [`${at} has an active health check, which knocks without a PROXY header and can move the port of live connections; take it out`]),
    ...(passive === undefined ? [] : [`${at} has a passive health check: one failed connection would lock everybody out for a while; take it out`]),
  ];
}

const hasMatcher = (route: Json): boolean => route.match !== undefined && !(Array.isArray(route.match) && route.match.length === 0);

/** A mail port: its server speaks first, so nothing may wait for the client's first byte (mholt/caddy-l4#270). */
function checkMailRoutes(at: string, routes: readonly Json[], target: Target): string[] {
  return [
    ...(routes.length === 1 ? [] : [`${at} needs exactly one route; got ${routes.length || "none"}`]),
    ...(routes.some(hasMatcher) ? [`${at} has a matcher: it waits for the client to speak, and mail clients wait for the greeting; take match out`] : []),
    ...routes.flatMap((route) => checkProxy(at, route, target)),
  ];
}

/** The names of a route that matches on TLS SNI and on nothing else. */
function sniOf(route: Json): readonly unknown[] | undefined {
  const [set, ...others] = items(route.match).map(part);
  const tls = part(set?.tls);
  const alone = others.length === 0 && set !== undefined && Object.keys(set).join() === "tls" && Object.keys(tls).join() === "sni";
  return alone ? items(tls.sni) : undefined;
}

/** HTTPS: names first, then one route for all else; anything between breaks on a ClientHello in two segments (mholt/caddy-l4#455). */
function checkWebRoutes(at: string, routes: readonly Json[], route: Route, fallback: Fallback | undefined): string[] {
  const last = routes.findIndex((one) => !hasMatcher(one));
  const byName = routes.filter(hasMatcher);
  const names = byName.flatMap((one) => sniOf(one) ?? []);
  const wanted = route.sni ?? [];
  const [lacking, strange] = [wanted.filter((name) => !names.includes(name)), names.filter((name) => !wanted.includes(name as string))];
  const mailbox: Target = { host: hostOf(route.dial), port: route.port, proxy: route.proxy, isMailbox: true };
  return [
    ...(last === routes.length - 1 && last > 0 ? [] : [`${at} needs routes by SNI first, then exactly one without match, which is the last`]),
    ...(byName.some((one) => sniOf(one) === undefined) ? [`${at} matches on something else than tls.sni; split ClientHellos would go wrong; keep sni only`] : []),
    ...(lacking.length > 0 ? [`${at} does not hand ${lacking.join(", ")} to the mailbox; add it to sni`] : []),
    ...(strange.length > 0 ? [`${at} hands ${strange.join(", ")} to the mailbox, which does not serve it; take it out of sni`] : []),
    ...byName.flatMap((one) => checkProxy(`${at} by name`, one, mailbox)),
    ...(fallback === undefined
      ? []
      : routes.filter((one) => !hasMatcher(one)).flatMap((one) => checkProxy(`${at} for all else`, one, { ...fallback, isMailbox: false }))),
  ];
}

const hostOf = (dial: string): string => dial.slice(0, dial.lastIndexOf(":"));

function checkServer(name: string, server: Json, wire: Wire): string[] {
  const listen = items(server.listen);
  const at = `server ${name}`;
  if (listen.length !== 1) return [`${at} has to listen on exactly one address, like ":port"; got ${listen.length === 0 ? "none" : listen.join(", ")}`];
  const port = /^:([1-9]\d*)$/.exec(text(listen[0]))?.[1];
  if (port === undefined) return [`${at} listens on ${JSON.stringify(listen[0])}; write ":port": all addresses, IPv4 and IPv6, and a number`];
  const route = wire.routes.find((one) => one.port === Number(port));
  if (route === undefined) return [`${at} listens on :${port}, which is no public line; take it out`];
  const routes = items(server.routes).map(part);
  if (route.sni) return checkWebRoutes(route.line, routes, route, wire.fallback);
  return checkMailRoutes(route.line, routes, { host: hostOf(route.dial), port: route.port, proxy: route.proxy, isMailbox: true });
}

/** Every text in a JSON value. */
const texts = (value: unknown): string[] =>
  typeof value === "string" ? [value] : typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];

/**
 * What is wrong with an edge configuration, also one that was changed by hand: it has to say what the wire says, and
 * to leave out what misbehaves in caddy-l4 v0.1.2 although `caddy validate` takes it.
 * @param config a parsed caddy.json
 * @returns one line for each fault
 */
export function checkCaddy(config: unknown, wire: Wire): string[] {
  const { admin, apps } = part(config);
  const servers = Object.entries(part(part(part(apps).layer4).servers)).map(([name, server]) => [name, part(server)] as const);
  const listens = servers.flatMap(([, server]) => items(server.listen).map(String));
  const twice = [...new Set(listens.filter((one, index) => listens.indexOf(one) !== index))];
  const faults = [
    ...(part(admin).disabled === true ? [] : ["the admin API is on, and on the host's network everybody there could reconfigure the edge; set admin.disabled to true"]),
    ...Object.keys(part(apps))
      .filter((app) => app !== "layer4")
      .map((app) => `app ${app} is there, which could take the same ports; only layer4 belongs here`),
    ...texts(config)
      .filter((one) => /\{[^}]*\}/.test(one))
      .map((one) => `"${one}" holds a placeholder, which becomes nothing when it is not set; write the value itself`),
    ...twice.map((one) => `two servers listen on ${one}; they would share its connections, and half of them fail; keep one`),
    ...servers.flatMap(([name, server]) => checkServer(name, server, wire)),
    ...wire.routes.filter((route) => !listens.includes(`:${route.port}`)).map((route) => `${route.line} is a public line, and no server listens on :${route.port}; add one`),
  ];
  return [...new Set(faults)].map((fault) => `caddy.json: ${fault}`);
}
