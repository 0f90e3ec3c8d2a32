import { isIPv4 } from "node:net";
import { IMPLICIT_TLS_RELAYS, SERVICES } from "../wire/services";
import type { Deployment, Smarthost } from "./deployment";
import type { Findings } from "./findings";
import { isNowhere } from "./values";

/** The word for doing without on purpose. */
const DIRECT = "direct";
/** Words that other programs take for "without", and that are no host here. */
const WITHOUT = ["none", "no", "off", "false", "null", "nil", "undefined", "disabled", "disable", "empty", "n", "na"];

function tlsOf(f: Findings, host: string, port: number, hasLogin: boolean): Smarthost["tls"] {
  const implicit = IMPLICIT_TLS_RELAYS.includes(port);
  const tls = f.settings.STALWART_SMARTHOST_TLS ?? (implicit ? "implicit" : "starttls");
  if (tls !== "plaintext") return tls;
  if (hasLogin)
    f.refuse("STALWART_SMARTHOST_TLS", tls, "STALWART_SMARTHOST_USER or its password is set, and without TLS everyone on the way would read them; use starttls or implicit, or take the login out");
  else if (implicit) f.refuse("STALWART_SMARTHOST_TLS", tls, `${host} speaks TLS from the first byte on port ${port} (STALWART_SMARTHOST); use implicit, or another port`);
  else f.warn(`STALWART_SMARTHOST_TLS is plaintext: everyone between the mailbox and ${host} can read and change all outgoing mail`);
  return tls;
}

/** The way out for mail; undefined: straight to the world from the mailbox. */
export function smarthostOf(f: Findings, own: Pick<Deployment, "hostname" | "tailnet" | "edges">): Smarthost | undefined {
  const { STALWART_SMARTHOST: given, STALWART_SMARTHOST_USER: user } = f.settings;
  const password = f.isGiven("STALWART_SMARTHOST_PASSWORD");
  if (given === undefined || given.host === DIRECT) {
    const state = given === undefined ? "is not set" : `is ${DIRECT}`;
    if (given === undefined)
      f.warn(`STALWART_SMARTHOST is not set: outgoing mail goes direct from the mailbox on port ${SERVICES.smtp.port}, which most hosts block; set it, or write ${DIRECT}`);
    else if (given.port !== undefined) f.refuse("STALWART_SMARTHOST", `${DIRECT}:${given.port}`, `${DIRECT} has no port; write ${DIRECT}, or a host`);
    if (user !== undefined) f.refuse("STALWART_SMARTHOST_USER", user, `STALWART_SMARTHOST ${state}, so nobody asks for it; name the smarthost or take the user out`);
    f.idle(`STALWART_SMARTHOST ${state}`, "STALWART_SMARTHOST_TLS");
    return undefined;
  }
  const { host, port = SERVICES.submission.port } = given;
  const itself = [own.hostname, own.tailnet.mailboxName, `${own.tailnet.mailboxName}.${own.tailnet.name}`, ...own.edges.flatMap((edge) => [edge.name, `${edge.name}.${own.tailnet.name}`, edge.ipv4])];
  if (WITHOUT.includes(host)) f.refuse("STALWART_SMARTHOST", host, `this would be a relay of that name; write ${DIRECT} to send without one`);
  else if (itself.includes(host)) f.refuse("STALWART_SMARTHOST", host, "this is this mail server itself (MAIL_HOSTNAME, STALWART_MAGIC_NAME, EDGE_IPV4), and mail would go round in circles; name another host, or write direct");
  else if (/^localhost(\.localdomain)?$|\.localhost$/.test(host) || host.startsWith("127.")) f.refuse("STALWART_SMARTHOST", host, "this is the mailbox itself; name a host that relays mail, or write direct");
  else if (isIPv4(host) && isNowhere(host)) f.refuse("STALWART_SMARTHOST", host, "no host has this address; name a host that relays mail, or write direct");
  if (user !== undefined) f.need("STALWART_SMARTHOST_PASSWORD", `${user} logs in at ${host} with it`);
  else if (password) f.lacks("STALWART_SMARTHOST_USER", "STALWART_SMARTHOST_PASSWORD is set and belongs to a user; set it, or take the password out");
  return { host, port, tls: tlsOf(f, host, port, user !== undefined || password), user };
}
