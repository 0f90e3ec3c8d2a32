/** The lab's world, which never leaves its host: documentation addresses (RFC 5737, RFC 3849), reserved names (RFC 2606). */
export const INTERNET = {
  network: "tailwart-lab-internet",
  ipv4: { subnet: "203.0.113.0/24", gateway: "203.0.113.1" },
  ipv6: { subnet: "2001:db8:25::/64", gateway: "2001:db8:25::1" },
} as const;

/** The control server stands at the host's address on this network. It has to be a private one: else nodes ask on port 443. */
export const CONTROL = { network: "tailwart-lab-control", subnet: "10.99.25.0/24", gateway: "10.99.25.1" } as const;

export const CONTROL_PORTS = { api: 8080, relay: 8443, stun: 3478, dns: 53 } as const;

const host = (number: number) => ({ ipv4: `203.0.113.${number}`, ipv6: `2001:db8:25::${number}` });

/** Who has which address on the internet of the lab. */
export const HOSTS = { edge: host(20), remote: host(25), names: host(53), client: host(77), web: host(80) } as const;

export const DOMAIN = "lab.test";
export const MAIL_HOST = `mail.${DOMAIN}`;
export const TAILNET = "tailnet.test";
/** Domain of the remote mail server, and the name under which it is the smarthost. */
export const REMOTE = { domain: "remote.test", mx: "mx.remote.test", smarthost: "smtp.remote.test", user: "relay-user" } as const;
/** Domain of the outside client; its SPF record allows only the client's addresses. */
export const OUT = { domain: "out.test", host: "client.out.test" } as const;
/** A mail server on the engine's host, which is on the internet too: what runs in a container is gone when the engine restarts. */
export const TRAFFIC = { host: "traffic.out.test", ipv4: INTERNET.ipv4.gateway, ipv6: INTERNET.ipv6.gateway } as const;
/** What the web server behind the edge serves. */
export const WEB_NAME = `www.${DOMAIN}`;
export const WEB_PORT = 8443;
/** The edge dials names only. */
export const INFRA = { domain: "internet.test", names: "ns.internet.test", web: "web.internet.test" } as const;

/** Names of the world's containers begin with this. */
export const PREFIX = "tailwart-lab-";
export const container = (name: "headscale" | "relay" | "names" | "remote" | "client" | "web"): string => `${PREFIX}${name}`;

/** Nodes of the tailnet that have no part in mail: a plain user's, and one with a foreign tag. */
export const NEIGHBOURS = { user: "lab-user", foreign: "lab-foreign" } as const;
export const USER = "alice";
export const FOREIGN_TAG = "tag:foreign";
