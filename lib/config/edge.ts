import type { VariableName } from "./contract";
import type { Deployment, EdgeSite } from "./deployment";
import type { Findings } from "./findings";
import { RESERVED } from "./lines";
import { didYouMean, isPrivateAddress, type PerName } from "./values";

type PerEdge = "EDGE_IPV4" | "EDGE_PUBLIC_IPV4" | "EDGE_IPV6" | "EDGE_DOCKER_HOST";

/** The value for each edge, in the order of their names. */
function perEdge<T extends string>(f: Findings, variable: PerEdge, given: PerName<T> | undefined, needed: string | undefined): (T | undefined)[] {
  const names = f.settings.EDGE_MAGIC_NAME;
  if (given === undefined) return names.map(() => undefined);
  if ("all" in given) {
    const rest = `EDGE_MAGIC_NAME has ${names.length} edges; write ${names.map((name) => `${name}=…`).join(",")}`;
    if (names.length > 1 && f.isGiven(variable)) f.refuse(variable, given.all, rest);
    else if (names.length > 1) f.lacks(variable, rest);
    return names.map(() => given.all);
  }
  for (const name of given.each.keys())
    if (!names.includes(name)) f.refuse(variable, name, `allowed: the names in EDGE_MAGIC_NAME (${names.join(", ")}); ${didYouMean(name, names) || "take it out"}`);
  const values = names.map((name) => given.each.get(name));
  names.forEach((name, index) => {
    if (needed !== undefined && values[index] === undefined) f.lacks(variable, `EDGE_MAGIC_NAME has an edge ${name}; write ${name}=${needed} as well`);
  });
  const twice = values.find((value, index) => value !== undefined && values.indexOf(value) !== index);
  if (twice !== undefined) f.refuse(variable, twice, "two edges of EDGE_MAGIC_NAME cannot share it: both would take the same ports; give each its own");
  return values;
}

/** Each engine has a socket of its own, so edges may have theirs at one path, and some at none that is named. */
function socketsOf(f: Findings): (string | undefined)[] {
  const { EDGE_DOCKER_SOCKET: given, EDGE_MAGIC_NAME: names } = f.settings;
  if (given === undefined) return names.map(() => undefined);
  if ("all" in given) return names.map(() => given.all);
  for (const name of [...given.each.keys()].filter((one) => !names.includes(one)))
    f.refuse("EDGE_DOCKER_SOCKET", name, `allowed: the names in EDGE_MAGIC_NAME (${names.join(", ")}); ${didYouMean(name, names) || "take it out"}`);
  return names.map((name) => given.each.get(name));
}

export function edgesOf(f: Findings): EdgeSite[] {
  const { settings: s } = f;
  if (s.EDGE_NETWORK === "sidecar") checkSidecar(f);
  else f.idle("EDGE_NETWORK is host", "EDGE_DOCKER_NETWORK");
  const ipv4 = perEdge(f, "EDGE_IPV4", s.EDGE_IPV4, "address");
  const outer = perEdge(f, "EDGE_PUBLIC_IPV4", s.EDGE_PUBLIC_IPV4, undefined);
  const ipv6 = perEdge(f, "EDGE_IPV6", s.EDGE_IPV6, undefined);
  const engines = perEdge(f, "EDGE_DOCKER_HOST", s.EDGE_DOCKER_HOST, "engine");
  for (const [variable, addresses] of [["EDGE_IPV4", ipv4], ["EDGE_IPV6", ipv6]] as const)
    for (const address of new Set(addresses.filter((one, index) => one !== undefined && isPrivateAddress(one) && (variable === "EDGE_IPV6" || outer[index] === undefined))))
      f.warn(`${variable} ${address} is a private address: the world reaches it only where something forwards to it, and then DNS needs that address${variable === "EDGE_IPV4" ? " (EDGE_PUBLIC_IPV4)" : ""}`);
  const sockets = socketsOf(f);
  return s.EDGE_MAGIC_NAME.map((name, index) => ({
    name,
    ipv4: ipv4[index] ?? "",
    ...(outer[index] === undefined ? {} : { publicIpv4: outer[index] }),
    ipv6: ipv6[index],
    dockerHost: engines[index] ?? "",
    ...(sockets[index] === undefined ? {} : { dockerSocket: sockets[index] }),
    network: s.EDGE_NETWORK,
    ...(s.EDGE_DOCKER_NETWORK === undefined ? {} : { dockerNetwork: s.EDGE_DOCKER_NETWORK }),
    openFiles: s.EDGE_OPEN_FILES,
  }));
}

/** What a node of its own asks for. */
function checkSidecar(f: Findings): void {
  f.need("EDGE_TS_AUTHKEY", "the edge joins the tailnet with it (EDGE_NETWORK is sidecar)");
  const key = f.secret("EDGE_TS_AUTHKEY")?.value ?? "";
  if (key.startsWith("tskey-api-"))
    f.refuse("EDGE_TS_AUTHKEY", "an API access token", "no node joins with it; make an auth key (tskey-auth-…) or an OAuth client (tskey-client-…)");
  else if (key !== "" && key === f.secret("TS_AUTHKEY")?.value && !key.startsWith("tskey-client-"))
    f.refuse("EDGE_TS_AUTHKEY", "the same key as TS_AUTHKEY", "it would make the edge a mailbox; make an auth key that carries EDGE_TAG");
  if (f.isGiven("EDGE_IPV6") && !f.isGiven("EDGE_DOCKER_NETWORK"))
    f.refuse("EDGE_IPV6", "an address", "with EDGE_NETWORK=sidecar Docker would show every IPv6 client as its own bridge, so nothing is published there; take it out, use EDGE_NETWORK=host, or give the edge the address itself (EDGE_DOCKER_NETWORK)");
}

const WEB_ONLY: readonly VariableName[] = ["EDGE_WEB_FALLBACK", "EDGE_WEB_FALLBACK_PROXY_PROTOCOL", "WEB_NAMES"];

/** HTTPS at the edge; undefined when it leaves that port alone. */
export function webOf(f: Findings): Deployment["web"] {
  const { settings: s } = f;
  const maddy = s.MAIL_SERVER === "maddy";
  if (maddy && s.EDGE_WEB === "shared")
    f.refuse("EDGE_WEB", "shared", "with MAIL_SERVER=maddy, which serves no MTA-STS or autoconfig, the edge has nothing to hand on; use mail-only and serve them from your web server");
  if ((s.EDGE_WEB ?? (maddy ? "mail-only" : "shared")) === "mail-only") {
    const because = s.EDGE_WEB === undefined ? "MAIL_SERVER is maddy, so the edge is mail-only" : "EDGE_WEB is mail-only";
    if (s.WEB_PROXY_PROTOCOL) f.refuse("WEB_PROXY_PROTOCOL", "true", `${because} and carries no HTTPS; set it to false or use EDGE_WEB=shared`);
    f.idle(because, ...WEB_ONLY);
    if (s.MTA_STS_MODE !== "none") f.idle(`${because}, and the mailbox serves no policy`, "MTA_STS_MODE");
    return undefined;
  }
  if (!s.WEB_NAMES.includes("mta-sts") && s.MTA_STS_MODE !== "none") f.idle("mta-sts is not among WEB_NAMES, so no policy is served", "MTA_STS_MODE");
  if (s.EDGE_NETWORK === "sidecar" && /^(127\.|::1$|localhost$)/.test(s.EDGE_WEB_FALLBACK.host))
    f.warn(`EDGE_WEB_FALLBACK ${s.EDGE_WEB_FALLBACK.host} is the edge's own loopback (EDGE_NETWORK is sidecar): only a web server that joins its namespace answers there`);
  return {
    names: s.WEB_NAMES,
    proxyProtocol: s.WEB_PROXY_PROTOCOL,
    fallback: { ...s.EDGE_WEB_FALLBACK, proxyProtocol: s.EDGE_WEB_FALLBACK_PROXY_PROTOCOL },
  };
}

/** The host name under which the edge's web server offers the administration. */
export function adminVhostOf(f: Findings, web: Deployment["web"], { domains, hostname }: Pick<Deployment, "domains" | "hostname">): string | undefined {
  const { ADMIN_VHOST: name, MAIL_SERVER } = f.settings;
  if (name === undefined) return undefined;
  if (MAIL_SERVER === "maddy") {
    f.refuse("ADMIN_VHOST", name, "maddy (MAIL_SERVER) has no web administration; take it out");
    return name;
  }
  const taken = web?.names.some((one) => (one === "mail" ? name === hostname : domains.some((domain) => name === `${one}.${domain}`)));
  if (taken) f.refuse("ADMIN_VHOST", name, "the edge hands this name to the mailbox (WEB_NAMES), so the web server never sees it; choose another name");
  else if (name === hostname || domains.includes(name) || domains.some((domain) => RESERVED.some((label) => name === `${label}.${domain}`)))
    f.refuse("ADMIN_VHOST", name, "this name leads the world to the mail server (MAIL_HOSTNAME, MAIL_DOMAIN), and the administration's leads to the tailnet only; choose another name, like stalwart." + domains[0]);
  if (web && !web.fallback.proxyProtocol)
    f.refuse("ADMIN_VHOST", name, "behind the edge the web server takes everybody for 127.0.0.1 and could not keep strangers out; set EDGE_WEB_FALLBACK_PROXY_PROTOCOL=true too");
  return name;
}
