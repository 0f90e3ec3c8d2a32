import { SERVICES } from "../../lib/wire";
import { HOSTS, INTERNET, REMOTE } from "../addresses";

/** Where the remote server keeps what it got, one file for each message. */
export const REMOTE_BOX = "/var/mail/remote/box";

/** The remote mail server: it takes mail for its domain, and as a smarthost from whoever logs in (postconf(5)). */
export const mainCf = (ipv6: boolean): string => `compatibility_level = 3.6
maillog_file = /dev/stdout
myhostname = ${REMOTE.mx}
mydestination =
mynetworks = 127.0.0.0/8 [::1]/128
inet_protocols = ${ipv6 ? "all" : "ipv4"}
smtp_bind_address = ${HOSTS.remote.ipv4}
${ipv6 ? `smtp_bind_address6 = ${HOSTS.remote.ipv6}
` : ""}virtual_mailbox_domains = ${REMOTE.domain}
virtual_mailbox_base = /var/mail/remote
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
virtual_mailbox_limit = 0
message_size_limit = 60000000
smtpd_tls_chain_files = /run/secrets/remote_key, /etc/postfix/remote.pem
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = no
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = /etc/postfix/sasl
smtpd_sasl_local_domain = ${REMOTE.domain}
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtp_tls_security_level = may
minimal_backoff_time = 5s
queue_run_delay = 5s
maximal_backoff_time = 10s
smtpd_client_connection_count_limit = 0
`;

/** master(5); nothing runs in a chroot, nothing is local. */
export const masterCf = (): string => `smtp inet n - n - - smtpd
${SERVICES.submission.port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

/** The mailbox reaches it at the host's address: Docker lets no bridge talk to another one. */
export const SMARTHOST_AT = INTERNET.ipv4.gateway;
