import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Listener } from "../../../lib/wire";
import type { Certificate } from "../certificates";
import { must } from "../processes";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";
import { type Receiver, seenByPort } from "./seen";

/** The one user whose mail there is; Dovecot owns it, Postfix delivers to it. */
export interface Mailboxes {
  readonly folder: string;
  readonly user: string;
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  /** on loopback, where Dovecot checks passwords for Postfix */
  readonly authPort: number;
}

export interface DovecotProps {
  readonly folder: string;
  /** lines of IMAP, from the mailbox's end of the wire */
  readonly listeners: readonly Listener[];
  readonly certificate: Certificate;
  /** the only address whose PROXY header is believed */
  readonly trusted: string;
}

/**
 * Dovecot with all its files in `folder`; its log gives `rip=<client's address>, rport=<its port>, lport=<own port>`.
 * @see https://doc.dovecot.org/2.3/configuration_manual/haproxy/
 */
export async function startDovecot(
  namespace: Namespace,
  { folder, listeners, certificate, trusted }: DovecotProps,
): Promise<Receiver & { readonly mailboxes: Mailboxes }> {
  const home = join(folder, "dovecot");
  const mail = join(home, "mail");
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => Number(await must("id", [flag, "mail"]))));
  const mailboxes: Mailboxes = { folder: mail, user: "user", password: "a password", uid, gid, authPort: 12345 };
  mkdirSync(mail, { recursive: true });
  chownSync(mail, uid, gid);
  const log = join(home, "log");
  const passwords = join(home, "passwords");
  writeFileSync(passwords, `${mailboxes.user}:{PLAIN}${mailboxes.password}\n`);
  chmodSync(passwords, 0o644);
  const yes = (so: boolean): string => (so ? "yes" : "no");
  const listener = ({ line, port, tls, proxy }: Listener): string =>
    `  inet_listener ${line} {\n    port = ${port}\n    ssl = ${yes(tls === "implicit")}\n    haproxy = ${yes(proxy === "v2")}\n  }\n`;
  const wanted = listeners.map(({ line }) => line as string);
  const off = ["imap", "imaps"].filter((name) => !wanted.includes(name)).map((name) => `  inet_listener ${name} {\n    port = 0\n  }\n`);
  const file = join(home, "dovecot.conf");
  writeFileSync(
    file,
    `base_dir = ${join(home, "run")}
instance_name = tailwart-live
log_path = ${log}
listen = *
protocols = imap
haproxy_trusted_networks = ${trusted}
haproxy_timeout = 2s
ssl = required
ssl_cert = <${certificate.cert}
ssl_key = <${certificate.key}
first_valid_uid = 1
mail_location = maildir:${mail}/%u
login_log_format_elements = user=<%u> rip=%r rport=%b lport=%a
passdb {
  driver = passwd-file
  args = ${passwords}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${mail}/%u
}
service imap-login {
${listeners.map(listener).join("")}${off.join("")}}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = ${mailboxes.authPort}
  }
}
`,
  );
  const running = await namespace.start(pathOf(NEEDS.dovecot), ["-F", "-c", file], { log: join(folder, "dovecot.log") });
  await namespace.untilListening([...listeners.map(({ port }) => port), mailboxes.authPort], running);
  const ended = / rip=(?<address>\S+), rport=(?<port>\d+), lport=(?<line>\d+)/g;
  return { seen: () => seenByPort(readFileSync(log, "utf8"), ended, listeners), stop: () => running.stop(), mailboxes };
}
