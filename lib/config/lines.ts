import type { MailLineName } from "../wire/services";
import type { Deployment, Lines } from "./deployment";
import type { Findings } from "./findings";

/** What Stalwart serves over HTTPS under a fixed name of each domain. */
export const RESERVED = ["mta-sts", "autoconfig", "autodiscover", "ua-auto-config"];
/** What stands before a domain at most in a record's name: a DKIM selector with its date (RFC 6376 section 3.6.2.1), with a reserve. */
const LONGEST_BELOW = 40;
const LONGEST_NAME = 253;
const UNKNOWN_TO_MADDY: readonly MailLineName[] = ["sieve", "pop3s"];

/** The mail domains and the host name that everybody connects to. */
export function mailNames(f: Findings, tailnet: string): Pick<Deployment, "domains" | "hostname"> {
  const { MAIL_DOMAIN: domains, MAIL_HOSTNAME } = f.settings;
  const hostname = MAIL_HOSTNAME ?? `mail.${domains[0]}`;
  const inside = (name: string): boolean => name === tailnet || name.endsWith(`.${tailnet}`);
  for (const name of domains.filter(inside)) f.refuse("MAIL_DOMAIN", name, "it is inside the tailnet (TS_TAILNET), where MagicDNS alone answers; write a domain outside it");
  for (const [variable, name] of [...domains.map((one) => ["MAIL_DOMAIN", one] as const), ["MAIL_HOSTNAME", MAIL_HOSTNAME ?? ""] as const])
    if (name.length > LONGEST_NAME - LONGEST_BELOW)
      f.refuse(variable, name, `it has ${name.length} characters; write at most ${LONGEST_NAME - LONGEST_BELOW}, so that the names of its records fit into the ${LONGEST_NAME} of DNS`);
  if (MAIL_HOSTNAME === undefined) {
    const derived = [hostname, ...domains.flatMap((domain) => RESERVED.map((label) => `${label}.${domain}`))].find(inside);
    if (derived !== undefined && !domains.some(inside))
      f.refuse("TS_TAILNET", tailnet, `${derived}, a name that the world has to reach, would be inside it, where MagicDNS alone answers; ${derived === hostname ? "set MAIL_HOSTNAME to a name outside it, or " : ""}give the tailnet another name`);
  } else {
    const [first, ...rest] = hostname.split(".");
    if (RESERVED.includes(first) && domains.includes(rest.join(".")))
      f.refuse("MAIL_HOSTNAME", hostname, `${first} has a meaning of its own under a mail domain (MAIL_DOMAIN); choose another name, like mail.${domains[0]}`);
    if (inside(hostname)) f.refuse("MAIL_HOSTNAME", hostname, `it is inside the tailnet (TS_TAILNET), where MagicDNS alone answers; choose a public name, like mail.${domains[0]}`);
  }
  return { domains, hostname };
}

/** Which lines are public and which stay in the tailnet. */
export function linesOf(f: Findings): Lines {
  const { PUBLIC_LINES, TAILNET_LINES, MAIL_SERVER } = f.settings;
  const both = TAILNET_LINES.filter((name) => PUBLIC_LINES.includes(name));
  if (both.length > 0) f.refuse("TAILNET_LINES", both, "it is in PUBLIC_LINES too; a line is either public or tailnet-only; take it out of one of them");
  if (!PUBLIC_LINES.includes("smtp"))
    f.refuse("PUBLIC_LINES", PUBLIC_LINES, "smtp is not among them; other mail servers deliver on it, so it has to be public; add smtp");
  for (const [variable, lines] of [["PUBLIC_LINES", PUBLIC_LINES], ["TAILNET_LINES", TAILNET_LINES]] as const) {
    const unserved = MAIL_SERVER === "maddy" ? lines.filter((name) => UNKNOWN_TO_MADDY.includes(name)) : [];
    if (unserved.length > 0) f.refuse(variable, unserved, "maddy does not serve it; take it out, or use MAIL_SERVER=stalwart");
  }
  return { public: PUBLIC_LINES, tailnet: TAILNET_LINES };
}
