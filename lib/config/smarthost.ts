import { SERVICES } from "../wire/services";
import type { Deployment, Smarthost } from "./deployment";
import type { Findings } from "./findings";

/** The word for doing without on purpose. */
const DIRECT = "direct";

/** The way out for mail; undefined: straight to the world from the mailbox. */
export function smarthostOf(f: Findings, own: Pick<Deployment, "hostname" | "tailnet" | "edges">): Smarthost | undefined {
  const { STALWART_SMARTHOST: given, STALWART_SMARTHOST_USER: user } = f.settings;
  const password = f.isGiven("STALWART_SMARTHOST_PASSWORD");
  if (given === undefined || given.host === DIRECT) {
    if (given === undefined)
      f.warn(`STALWART_SMARTHOST is not set: outgoing mail goes direct from the mailbox on port ${SERVICES.smtp.port}, which most hosts block; set it, or write ${DIRECT}`);
    else if (given.port !== undefined) f.refuse("STALWART_SMARTHOST", `${DIRECT}:${given.port}`, `${DIRECT} has no port; write ${DIRECT}, or a host`);
    if (user !== undefined)
      f.refuse("STALWART_SMARTHOST_USER", user, `STALWART_SMARTHOST ${given === undefined ? "is not set" : `is ${DIRECT}`}, so nobody asks for it; name the smarthost or take the user out`);
    return undefined;
  }
  const { host, port = SERVICES.submission.port } = given;
  const itself = [own.hostname, own.tailnet.mailboxName, `${own.tailnet.mailboxName}.${own.tailnet.name}`, ...own.edges.flatMap((edge) => [edge.name, `${edge.name}.${own.tailnet.name}`, edge.ipv4])];
  if (itself.includes(host)) f.refuse("STALWART_SMARTHOST", host, "this is this mail server itself (MAIL_HOSTNAME, STALWART_MAGIC_NAME, EDGE_IPV4), and mail would go round in circles; name another host, or write direct");
  else if (host === "localhost" || host.startsWith("127.")) f.refuse("STALWART_SMARTHOST", host, "this is the mailbox itself; name a host that relays mail, or write direct");
  if (user !== undefined) f.need("STALWART_SMARTHOST_PASSWORD", `${user} logs in at ${host} with it`);
  else if (password) f.lacks("STALWART_SMARTHOST_USER", "STALWART_SMARTHOST_PASSWORD is set and belongs to a user; set it, or take the password out");
  return { host, port, implicitTls: port === SERVICES.submissions.port, user };
}
