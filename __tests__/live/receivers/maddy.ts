import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Listener } from "../../../lib/wire";
import type { Certificate } from "../certificates";
import { must } from "../processes";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";
import { type Receiver, seenByPort } from "./seen";

export interface MaddyProps {
  readonly folder: string;
  readonly listeners: readonly Listener[];
  readonly certificate: Certificate;
  readonly domain: string;
  /** the only address whose PROXY header is read */
  readonly trusted: string;
  readonly password: string;
}

/**
 * maddy with the account user@domain; it tells of each header that it believes. TLS that begins at once belongs inside
 * `proxy_protocol`: the header comes before it.
 * @see https://maddy.email/reference/endpoints/smtp/
 */
export async function startMaddy(namespace: Namespace, props: MaddyProps): Promise<Receiver & { readonly account: string }> {
  const { listeners, certificate, domain, trusted, password } = props;
  const folder = join(props.folder, "maddy");
  mkdirSync(folder, { recursive: true });
  const maddy = pathOf(NEEDS.maddy);
  const tls = `tls file ${certificate.cert} ${certificate.key}`;
  const endpoint = ({ line, port, protocol, tls: mode }: Listener): string => `
${protocol === "imap" ? "imap" : line === "smtp" ? "smtp" : "submission"} tcp://0.0.0.0:${port} {
  proxy_protocol {
    trust ${trusted}
    ${mode === "implicit" ? tls : ""}
  }
  ${line === "smtp" ? "" : "auth &local_authdb"}
  ${protocol === "imap" ? "storage" : "deliver_to"} &local_mailboxes
}
`;
  const file = join(folder, "maddy.conf");
  writeFileSync(
    file,
    `hostname mail.${domain}
state_dir ${folder}/state
runtime_dir ${folder}/run
log stderr
debug yes
${tls}
auth.pass_table local_authdb {
  table sql_table {
    driver sqlite3
    dsn ${folder}/credentials.db
    table_name passwords
  }
}
storage.imapsql local_mailboxes {
  driver sqlite3
  dsn ${folder}/imapsql.db
}
${listeners.map(endpoint).join("")}`,
  );
  const account = `user@${domain}`;
  await must(maddy, ["--config", file, "creds", "create", "--password", password, account]);
  await must(maddy, ["--config", file, "imap-acct", "create", account]);
  const running = await namespace.start(maddy, ["--config", file, "run"], { log: join(folder, "log") });
  await namespace.untilListening(listeners.map(({ port }) => port), running);
  const header = /Header parsed &\{\[?(?<address>[^\]\s]+?)\]?:(?<port>\d+) \S+:(?<line>\d+)\}/g;
  return { seen: () => seenByPort(running.output(), header, listeners), stop: () => running.stop(), account };
}
