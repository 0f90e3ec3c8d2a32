import type { BackendsSite, Deployment } from "../../config";
import { refuseIfAny } from "../../errors";
import { EDGE_PEER, type Listener, type Wire } from "../../wire";
import { TLS_CHAIN, TLS_KEY } from "../paths";
import { checkMaddy } from "./lint";
import { directive as d, render, type Directive } from "./syntax";

/** What the start script reads from the secrets into the server's environment; PostgreSQL's client knows PGPASSWORD by itself. */
const fromEnvironment = (name: string): string => `{env:${name}}`;

/** What is not in PostgreSQL: the messages, the queue and the DKIM keys. */
export const STATE = "/data";

export const adminOf = ({ domains }: Pick<Deployment, "domains">): string => `admin@${domains[0]}`;

const TLS = d("tls", ["file", TLS_CHAIN, TLS_KEY]);

function database({ postgres: { host, port, user, database } }: BackendsSite): Directive[] {
  return [d("driver", ["postgres"]), d("dsn", [`host=${host} port=${port} user=${user} dbname=${database} sslmode=disable`])];
}

const storage = (backends: BackendsSite): Directive[] => [
  d("auth.pass_table", ["local_authdb"], [d("table", ["sql_table"], [...database(backends), d("table_name", ["passwords"])])]),
  d("storage.imapsql", ["local_mailboxes"], database(backends)),
];

/** Subaddresses, and postmaster (RFC 5321 section 4.5.1), which is the first account. */
function localRouting({ domains }: Deployment, admin: string): Directive[] {
  const postmasters = ["postmaster", ...domains.map((domain) => `postmaster@${domain}`)];
  return [
    d("table.chain", ["local_rewrites"], [
      d("optional_step", ["regexp", "(.+)\\+(.+)@(.+)", "$1@$3"]),
      d("optional_step", ["static"], postmasters.map((name) => d("entry", [name, admin]))),
    ]),
    d("msgpipeline", ["local_routing"], [
      d("destination", ["postmaster", ...domains], [d("modify", [], [d("replace_rcpt", ["&local_rewrites"])]), d("deliver_to", ["&local_mailboxes"])]),
      d("default_destination", [], [d("reject", ["550", "5.1.1", "User doesn't exist"])]),
    ]),
  ];
}

/** How a line is opened: behind the edge TLS begins after the PROXY header, so the endpoint is tcp and the TLS inside. */
function endpoint({ port, tls, proxy }: Listener): { readonly address: string; readonly options: Directive[] } {
  const implicit = tls === "implicit";
  if (proxy === "none") return { address: `${implicit ? "tls" : "tcp"}://[::]:${port}`, options: [] };
  return { address: `tcp://[::]:${port}`, options: [d("proxy_protocol", [], [d("trust", [`${EDGE_PEER}/32`]), ...(implicit ? [TLS] : [])])] };
}

const isIncoming = ({ line }: Listener): boolean => line === "smtp";
const toLocal = (domains: readonly string[]): Directive => d("destination", ["postmaster", ...domains], [d("deliver_to", ["&local_routing"])]);
const perClient = d("limits", [], [d("ip", ["rate", "50", "1s"]), d("ip", ["concurrency", "50"])]);

function incoming(options: readonly Directive[], domains: readonly string[]): Directive[] {
  return [
    ...options,
    perClient,
    d("dmarc", ["yes"]),
    d("check", [], [d("require_mx_record"), d("dkim"), d("spf")]),
    d("source", domains, [d("reject", ["501", "5.1.8", "Use Submission for outgoing SMTP"])]),
    d("default_source", [], [toLocal(domains), d("default_destination", [], [d("reject", ["550", "5.1.1", "User doesn't exist"])])]),
  ];
}

function submission(options: readonly Directive[], domains: readonly string[]): Directive[] {
  return [
    ...options,
    perClient,
    d("auth", ["&local_authdb"]),
    d("source", domains, [
      d("check", [], [d("authorize_sender", [], [d("prepare_email", ["&local_rewrites"]), d("user_to_email", ["identity"])])]),
      toLocal(domains),
      d("default_destination", [], [d("modify", [], [d("dkim", [...domains, "default"])]), d("deliver_to", ["&remote_queue"])]),
    ]),
    d("default_source", [], [d("reject", ["501", "5.1.8", "Non-local sender domain"])]),
  ];
}

function listen(listener: Listener, domains: readonly string[]): Directive {
  const { address, options } = endpoint(listener);
  if (listener.protocol === "imap") return d("imap", [address], [...options, d("auth", ["&local_authdb"]), d("storage", ["&local_mailboxes"])]);
  if (listener.protocol !== "smtp") throw new Error(`${listener.line} is no line that maddy listens on`);
  return isIncoming(listener) ? d("smtp", [address], incoming(options, domains)) : d("submission", [address], submission(options, domains));
}

/** TLS is required unless the contract says plaintext: maddy has no fallback to plain text with a smarthost, and `encrypted` is its own default to others. */
function outbound({ mailbox: { smarthost } }: Deployment): Directive {
  if (smarthost === undefined) {
    const policies = [d("dane"), d("mtasts", [], [d("cache", ["fs"]), d("fs_dir", ["mtasts_cache/"])]), d("local_policy", [], [d("min_tls_level", ["encrypted"]), d("min_mx_level", ["none"])])];
    return d("target.remote", ["outbound"], [d("mx_auth", [], policies)]);
  }
  const { host, port, tls, user } = smarthost;
  return d("target.smtp", ["outbound"], [
    d("targets", [`${tls === "implicit" ? "tls" : "tcp"}://${host}:${port}`]),
    d("starttls", [tls === "starttls" ? "yes" : "no"]),
    ...(user === undefined ? [] : [d("auth", ["plain", user, fromEnvironment("SMARTHOST_PASSWORD")])]),
  ]);
}

const queue = (domains: readonly string[]): Directive =>
  d("target.queue", ["remote_queue"], [
    d("target", ["&outbound"]),
    d("autogenerated_msg_domain", [domains[0]]),
    d("bounce", [], [toLocal(domains), d("default_destination", [], [d("reject", ["550", "5.0.0", "Refusing to send DSNs to non-local addresses"])])]),
  ]);

/**
 * maddy's whole configuration, with references for secrets.
 * @throws MistakesError with one line for each breach of a rule
 */
export function maddyConfig(deployment: Deployment, wire: Wire): string {
  const { domains, hostname, backends } = deployment;
  const text = render([
    d("state_dir", [STATE]),
    d("runtime_dir", ["/tmp"]),
    d("hostname", [hostname]),
    TLS,
    ...storage(backends),
    ...localRouting(deployment, adminOf(deployment)),
    ...wire.listeners.map((listener) => listen(listener, domains)),
    outbound(deployment),
    queue(domains),
  ]);
  refuseIfAny(checkMaddy(text, wire));
  return text;
}
