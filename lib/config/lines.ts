import type { MailLineName } from "../wire/services";
import type { Deployment, Lines } from "./deployment";
import type { Findings } from "./findings";

/** What Stalwart serves over HTTPS under a fixed name of each domain. */
const RESERVED = ["mta-sts", "autoconfig", "autodiscover", "ua-auto-config"];
const UNKNOWN_TO_MADDY: readonly MailLineName[] = ["sieve", "pop3s"];

/** The mail domains and the host name that everybody connects to. */
export function mailNames(f: Findings, tailnet: string): Pick<Deployment, "domains" | "hostname"> {
  const { MAIL_DOMAIN: domains, MAIL_HOSTNAME } = f.settings;
  const hostname = MAIL_HOSTNAME ?? `mail.${domains[0]}`;
  const inside = (name: string): boolean => name === tailnet || name.endsWith(`.${tailnet}`);
  for (const name of domains.filter(inside)) f.refuse("MAIL_DOMAIN", name, "it is inside the tailnet (TS_TAILNET), where MagicDNS alone answers; write a domain outside it");
  if (MAIL_HOSTNAME !== undefined) {
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
