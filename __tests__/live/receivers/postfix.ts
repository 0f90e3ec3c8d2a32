import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Listener } from "../../../lib/wire";
import type { Certificate } from "../certificates";
import { run } from "../processes";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";
import type { Mailboxes } from "./dovecot";
import { type Receiver, seenIn } from "./seen";

export interface PostfixProps {
  readonly folder: string;
  /** lines of SMTP, from the mailbox's end of the wire */
  readonly listeners: readonly Listener[];
  readonly certificate: Certificate;
  readonly domain: string;
  /** where mail goes, and where passwords are asked */
  readonly mailboxes: Mailboxes;
  /** of main.cf, in place of or beside those that are right */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Postfix with all its files in `folder`; each line logs under its own name.
 * @see https://www.postfix.org/postconf.5.html#smtpd_upstream_proxy_protocol
 */
export async function startPostfix(namespace: Namespace, props: PostfixProps): Promise<Receiver> {
  const { folder, listeners, certificate, domain, mailboxes, settings } = props;
  const [config, queue, data] = ["postfix/etc", "postfix/queue", "postfix/data"].map((name) => join(folder, name));
  const log = join(folder, "postfix", "log");
  const postfix = pathOf(NEEDS.postfix);
  for (const path of [config, queue, data]) mkdirSync(path, { recursive: true });
  await run("chown", ["postfix", data]);
  const main = {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    maillog_file: log,
    maillog_file_prefixes: folder,
    myhostname: `mail.${domain}`,
    mydestination: "",
    mynetworks: "",
    inet_interfaces: "all",
    inet_protocols: "all", // else it refuses a header with an IPv6 client
    alias_maps: "",
    alias_database: "",
    virtual_mailbox_domains: domain,
    virtual_mailbox_base: mailboxes.folder,
    virtual_mailbox_maps: `static:${mailboxes.user}/`,
    virtual_minimum_uid: "1",
    virtual_uid_maps: `static:${mailboxes.uid}`,
    virtual_gid_maps: `static:${mailboxes.gid}`,
    smtpd_client_port_logging: "yes",
    smtpd_relay_restrictions: "permit_sasl_authenticated, reject_unauth_destination",
    smtpd_tls_chain_files: certificate.both,
    smtpd_tls_security_level: "may",
    smtpd_sasl_type: "dovecot",
    smtpd_sasl_path: `inet:127.0.0.1:${mailboxes.authPort}`,
    smtpd_tls_auth_only: "yes",
    smtpd_peername_lookup: "no",
    smtpd_upstream_proxy_timeout: "2s",
    notify_classes: "",
    smtputf8_enable: "no",
    ...settings,
  };
  const service = ({ line, port, tls, proxy }: Listener): string =>
    [
      `${port} inet n - n - - smtpd`,
      `  -o syslog_name=tailwart/${line}`,
      ...(proxy === "v2" ? ["  -o smtpd_upstream_proxy_protocol=haproxy"] : []),
      ...(tls === "implicit" ? ["  -o smtpd_tls_wrappermode=yes"] : []),
      ...(line === "smtp" ? [] : ["  -o smtpd_sasl_auth_enable=yes", "  -o smtpd_client_restrictions=permit_sasl_authenticated,reject"]),
    ].join("\n");
  const INTERNAL = `postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
`;
  writeFileSync(join(config, "main.cf"), Object.entries(main).map(([name, value]) => `${name} = ${value}\n`).join(""));
  writeFileSync(join(config, "master.cf"), `${listeners.map(service).join("\n")}\n${INTERNAL}`);
  const running = await namespace.start(postfix, ["-c", config, "start-fg"], { log: join(folder, "postfix.log") });
  await namespace.untilListening(listeners.map(({ port }) => port), running);
  const connected = /tailwart\/(?<line>\w+)\/smtpd\[\d+\]: connect from unknown\[(?<address>\S+)\]:(?<port>\d+)$/gm;
  // The program that is started here is a script; its master outlives it.
  const stop = async (): Promise<void> => {
    await namespace.run(postfix, ["-c", config, "stop"]);
    await running.stop();
  };
  return { seen: () => seenIn(readFileSync(log, "utf8"), connected), stop };
}
