import { LARGE, deployment, wireOf } from "../deployment";
import { mistakesOf } from "../mistakes";

type Overrides = Readonly<Record<string, string | undefined>>;
const HEADSCALE = { TS_LOGIN_SERVER: "https://headscale.example.net", TS_TAILNET: "tailnet.example.org", TAILNET_ADMINS: "group:admins" };
const EXTERNAL = { BACKENDS: "external", STALWART_DB_HOST: "postgres" };
const TWO = { EDGE_MAGIC_NAME: "fra,nyc", EDGE_IPV4: "fra=192.0.2.25,nyc=198.51.100.25", EDGE_DOCKER_HOST: "fra=ssh://fra.test,nyc=ssh://nyc.test" };
/** 249 characters. */
const LONG = `${Array.from({ length: 4 }, () => "a".repeat(60)).join(".")}.tests`;
const MADDY = { MAIL_SERVER: "maddy" };
const CERTIFICATE = { MAIL_TLS_CERT_FILE: "certs/chain.pem", MAIL_TLS_KEY_FILE: "certs/key.pem" };

/** Each row: what is wrong, the settings beside the base, and the one line that says so. */
const REFUSED: Readonly<Record<string, readonly [what: string, overrides: Overrides, mistake: string][]>> = {
  tailnet: [
    ["a Tailscale name of another kind", { TS_TAILNET: "example.org" }, 'TS_TAILNET: got "example.org"; Tailscale\'s names end in .ts.net; write the name that the DNS page of the admin console shows, or set TS_LOGIN_SERVER for Headscale'],
    ["a node of it", { TS_TAILNET: "stalwart.tail9f8e7d.ts.net" }, 'TS_TAILNET: got "stalwart.tail9f8e7d.ts.net"; this is the name of a node in it, and nodes would be dialed as stalwart.stalwart.tail9f8e7d.ts.net; write the tailnet alone, tail9f8e7d.ts.net'],
    ["a tailnet around the mail host", { ...HEADSCALE, TS_TAILNET: "mail.one.test" }, 'TS_TAILNET: got "mail.one.test"; mail.one.test, a name that the world has to reach, would be inside it, where MagicDNS alone answers; set MAIL_HOSTNAME to a name outside it, or give the tailnet another name'],
    ["a tailnet around the policy's host", { ...HEADSCALE, TS_TAILNET: "mta-sts.one.test" }, 'TS_TAILNET: got "mta-sts.one.test"; mta-sts.one.test, a name that the world has to reach, would be inside it, where MagicDNS alone answers; give the tailnet another name'],
    ["a label for Headscale", { ...HEADSCALE, TS_TAILNET: "tailnet" }, 'TS_TAILNET: got "tailnet"; allowed with TS_LOGIN_SERVER: your Headscale\'s whole base_domain, like tailnet.example.org'],
    ["Headscale inside its own base_domain", { ...HEADSCALE, TS_LOGIN_SERVER: "https://hs.tailnet.example.org" }, 'TS_LOGIN_SERVER: got "https://hs.tailnet.example.org"; hs.tailnet.example.org is inside the tailnet tailnet.example.org (TS_TAILNET), which Headscale refuses; give the server a name outside its base_domain'],
    ["an autogroup as admin at Headscale", { ...HEADSCALE, TAILNET_ADMINS: "autogroup:admin" }, 'TAILNET_ADMINS: got "autogroup:admin"; Headscale lets no autogroup own a tag (TS_LOGIN_SERVER is set); write a user (name@) or a group'],
    ["tagged nodes as users", { TAILNET_USERS: "autogroup:tagged", TAILNET_LINES: "sieve" }, 'TAILNET_USERS: got "autogroup:tagged"; it stands for no people, or for tagged nodes, and the edge is one; write autogroup:member, a group or users'],
    ["the edge as user", { TAILNET_USERS: "group:a,tag:reverse-proxy", TAILNET_LINES: "sieve" }, 'TAILNET_USERS: got "tag:reverse-proxy"; it is EDGE_TAG; the edge would reach what is for the tailnet only; take it out'],
    ["the edge as admin", { TAILNET_ADMINS: "tag:reverse-proxy" }, 'TAILNET_ADMINS: got "tag:reverse-proxy"; it is EDGE_TAG; the edge would reach what is for the tailnet only; take it out'],
    ["one tag for both ends", { MAILBOX_TAG: "tag:reverse-proxy" }, 'MAILBOX_TAG: got "tag:reverse-proxy"; it is EDGE_TAG too; give the mailbox a tag of its own, or every grant to the mailbox opens the edge as well'],
    ["the edge's tag on backends", { ...EXTERNAL, BACKENDS_TAG: "tag:reverse-proxy" }, 'BACKENDS_TAG: got "tag:reverse-proxy"; it is EDGE_TAG too; give the backends a tag of their own, or the mailbox\'s grant opens the edge'],
    ["the mailbox's tag on a backend", { ...EXTERNAL, BACKENDS_TAG: "redis=tag:stalwart" }, 'BACKENDS_TAG: got "tag:stalwart"; it is MAILBOX_TAG too; give the backends a tag of their own, or the edge\'s grants open them as well'],
    ["a tag for an unknown backend", { ...EXTERNAL, BACKENDS_TAG: "postgress=tag:pg" }, 'BACKENDS_TAG: got "postgress"; allowed: postgres, redis, s3; did you mean postgres?'],
    ["one name for two nodes", { STALWART_MAGIC_NAME: "edge" }, 'EDGE_MAGIC_NAME: got "edge"; edge is the mailbox\'s (STALWART_MAGIC_NAME); two nodes cannot have one name'],
    ["an API token to join with", { TS_AUTHKEY: "tskey-api-abcdef" }, 'TS_AUTHKEY: got "an API access token"; no node joins with it; make an auth key (tskey-auth-…) or an OAuth client (tskey-client-…)'],
  ],
  lines: [
    ["a mail domain in the tailnet", { MAIL_DOMAIN: "one.test,mail.tail0000.ts.net" }, 'MAIL_DOMAIN: got "mail.tail0000.ts.net"; it is inside the tailnet (TS_TAILNET), where MagicDNS alone answers; write a domain outside it'],
    ["a domain without room for names below it", { MAIL_DOMAIN: LONG, MAIL_HOSTNAME: "mail.one.test" }, `MAIL_DOMAIN: got "${LONG.slice(0, 120)}…"; it has 249 characters; write at most 213, so that the names of its records fit into the 253 of DNS`],
    ["a host name with a meaning of its own", { MAIL_HOSTNAME: "MTA-STS.one.test" }, 'MAIL_HOSTNAME: got "mta-sts.one.test"; mta-sts has a meaning of its own under a mail domain (MAIL_DOMAIN); choose another name, like mail.one.test'],
    ["a host name in the tailnet", { MAIL_HOSTNAME: "stalwart.tail0000.ts.net" }, 'MAIL_HOSTNAME: got "stalwart.tail0000.ts.net"; it is inside the tailnet (TS_TAILNET), where MagicDNS alone answers; choose a public name, like mail.one.test'],
    ["a line in both lists", { TAILNET_LINES: "imap,sieve" }, 'TAILNET_LINES: got "imap"; it is in PUBLIC_LINES too; a line is either public or tailnet-only; take it out of one of them'],
    ["no public smtp", { PUBLIC_LINES: "imaps", TAILNET_LINES: "smtp" }, 'PUBLIC_LINES: got "imaps"; smtp is not among them; other mail servers deliver on it, so it has to be public; add smtp'],
    ["a public line that maddy has not", { ...MADDY, PUBLIC_LINES: "smtp,sieve" }, 'PUBLIC_LINES: got "sieve"; maddy does not serve it; take it out, or use MAIL_SERVER=stalwart'],
    ["a tailnet line that maddy has not", { ...MADDY, TAILNET_LINES: "pop3s" }, 'TAILNET_LINES: got "pop3s"; maddy does not serve it; take it out, or use MAIL_SERVER=stalwart'],
  ],
  edge: [
    ["one address for two edges", { ...TWO, EDGE_IPV4: "192.0.2.25" }, 'EDGE_IPV4: got "192.0.2.25"; EDGE_MAGIC_NAME has 2 edges; write fra=…,nyc=…'],
    ["an IPv6 address where Docker would hide who comes over it", { EDGE_NETWORK: "sidecar", EDGE_IPV6: "2001:db8::25" }, 'EDGE_IPV6: got "an address"; with EDGE_NETWORK=sidecar Docker would show every IPv6 client as its own bridge, so nothing is published there; take it out, use EDGE_NETWORK=host, or give the edge the address itself (EDGE_DOCKER_NETWORK)'],
    ["the mailbox's key for the edge's own node", { EDGE_NETWORK: "sidecar", TS_AUTHKEY: "tskey-auth-abc", EDGE_TS_AUTHKEY: "tskey-auth-abc" }, 'EDGE_TS_AUTHKEY: got "the same key as TS_AUTHKEY"; it would make the edge a mailbox; make an auth key that carries EDGE_TAG'],
    ["an API token for the edge to join with", { EDGE_NETWORK: "sidecar", EDGE_TS_AUTHKEY: "tskey-api-abcdef" }, 'EDGE_TS_AUTHKEY: got "an API access token"; no node joins with it; make an auth key (tskey-auth-…) or an OAuth client (tskey-client-…)'],
    ["one IPv6 address for two edges", { ...TWO, EDGE_IPV6: "2001:db8::25" }, 'EDGE_IPV6: got "2001:db8::25"; EDGE_MAGIC_NAME has 2 edges; write fra=…,nyc=…'],
    ["no engine for two edges", { ...TWO, EDGE_DOCKER_HOST: undefined }, "EDGE_DOCKER_HOST: got nothing; EDGE_MAGIC_NAME has 2 edges; write fra=…,nyc=…"],
    ["an edge without an address", { ...TWO, EDGE_IPV4: "fra=192.0.2.25" }, "EDGE_IPV4: got nothing; EDGE_MAGIC_NAME has an edge nyc; write nyc=address as well"],
    ["an edge without an engine", { ...TWO, EDGE_DOCKER_HOST: "nyc=ssh://nyc.test" }, "EDGE_DOCKER_HOST: got nothing; EDGE_MAGIC_NAME has an edge fra; write fra=engine as well"],
    ["an edge named like a property of every object", { ...TWO, EDGE_MAGIC_NAME: "fra,nyc,constructor", EDGE_DOCKER_HOST: "fra=ssh://fra.test,nyc=ssh://nyc.test,constructor=ssh://c.test" }, "EDGE_IPV4: got nothing; EDGE_MAGIC_NAME has an edge constructor; write constructor=address as well"],
    ["an address for an unknown edge", { ...TWO, EDGE_IPV6: "fra=2001:db8::1,nycc=2001:db8::2" }, 'EDGE_IPV6: got "nycc"; allowed: the names in EDGE_MAGIC_NAME (fra, nyc); did you mean nyc?'],
    ["one address twice", { ...TWO, EDGE_IPV4: "fra=192.0.2.25,nyc=192.0.2.25" }, 'EDGE_IPV4: got "192.0.2.25"; two edges of EDGE_MAGIC_NAME cannot share it: both would take the same ports; give each its own'],
    ["one IPv6 address twice, in two spellings", { ...TWO, EDGE_IPV6: "fra=2001:db8::1,nyc=2001:db8:0::1" }, 'EDGE_IPV6: got "2001:db8::1"; two edges of EDGE_MAGIC_NAME cannot share it: both would take the same ports; give each its own'],
    ["one engine twice", { ...TWO, EDGE_DOCKER_HOST: "fra=ssh://one.test,nyc=ssh://one.test" }, 'EDGE_DOCKER_HOST: got "ssh://one.test"; two edges of EDGE_MAGIC_NAME cannot share it: both would take the same ports; give each its own'],
    ["HTTPS for maddy", { ...MADDY, EDGE_WEB: "shared" }, 'EDGE_WEB: got "shared"; with MAIL_SERVER=maddy, which serves no MTA-STS or autoconfig, the edge has nothing to hand on; use mail-only and serve them from your web server'],
    ["PROXY on HTTPS that is not there", { EDGE_WEB: "mail-only", WEB_PROXY_PROTOCOL: "true" }, 'WEB_PROXY_PROTOCOL: got "true"; EDGE_WEB is mail-only and carries no HTTPS; set it to false or use EDGE_WEB=shared'],
    ["PROXY on HTTPS that maddy has not", { ...MADDY, WEB_PROXY_PROTOCOL: "true" }, 'WEB_PROXY_PROTOCOL: got "true"; MAIL_SERVER is maddy, so the edge is mail-only and carries no HTTPS; set it to false or use EDGE_WEB=shared'],
    ["an admin vhost that cannot tell who comes", { ADMIN_VHOST: "admin.one.test" }, 'ADMIN_VHOST: got "admin.one.test"; behind the edge the web server takes everybody for 127.0.0.1 and could not keep strangers out; set EDGE_WEB_FALLBACK_PROXY_PROTOCOL=true too'],
    ["an admin vhost for maddy", { ...MADDY, ADMIN_VHOST: "admin.one.test" }, 'ADMIN_VHOST: got "admin.one.test"; maddy (MAIL_SERVER) has no web administration; take it out'],
    ["an admin vhost that the mailbox takes", { ADMIN_VHOST: "autoconfig.one.test", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" }, 'ADMIN_VHOST: got "autoconfig.one.test"; the edge hands this name to the mailbox (WEB_NAMES), so the web server never sees it; choose another name'],
    ...["mail.one.test", "one.test", "mta-sts.one.test"].map((name): [string, Overrides, string] => [
      `an admin vhost that is the mail server's own name ${name}`,
      { ADMIN_VHOST: name, EDGE_WEB: "mail-only" },
      `ADMIN_VHOST: got "${name}"; this name leads the world to the mail server (MAIL_HOSTNAME, MAIL_DOMAIN), and the administration's leads to the tailnet only; choose another name, like stalwart.one.test`,
    ]),
    ["an admin vhost that is the mail name", { ADMIN_VHOST: "mail.one.test", WEB_NAMES: "mail", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" }, 'ADMIN_VHOST: got "mail.one.test"; the edge hands this name to the mailbox (WEB_NAMES), so the web server never sees it; choose another name'],
  ],
  caddy: [["a folder for a program", { CADDY_DOWNLOAD: "/usr" }, 'CADDY_DOWNLOAD: got "/usr"; it is no file; write the path of one']],
  mailbox: [
    ["an old Stalwart", { STALWART_IMAGE: "stalwartlabs/stalwart:v0.15.9" }, 'STALWART_IMAGE: got "stalwartlabs/stalwart:v0.15.9"; allowed: 0.16.18 or newer, below 1.0.0; older ones break the PROXY protocol or the start plan, or have a known fault'],
    ["an old Stalwart behind a digest", { STALWART_IMAGE: `stalwart:0.16.9@sha256:${"0".repeat(64)}` }, `STALWART_IMAGE: got "stalwart:0.16.9@sha256:${"0".repeat(64)}"; allowed: 0.16.18 or newer, below 1.0.0; older ones break the PROXY protocol or the start plan, or have a known fault`],
    ["a Stalwart that moves", { STALWART_IMAGE: "stalwartlabs/stalwart:v0.16" }, 'STALWART_IMAGE: got "stalwartlabs/stalwart:v0.16"; its version is not whole and moves; write all three numbers'],
    ["an old maddy", { ...MADDY, MADDY_IMAGE: "foxcpp/maddy:0.9.0" }, 'MADDY_IMAGE: got "foxcpp/maddy:0.9.0"; allowed: 0.9.1 or newer, below 0.10.0; older ones stop as soon as an IMAP line expects the PROXY protocol'],
  ],
  smarthost: [
    ["a user without a smarthost", { STALWART_SMARTHOST_USER: "me" }, 'STALWART_SMARTHOST_USER: got "me"; STALWART_SMARTHOST is not set, so nobody asks for it; name the smarthost or take the user out'],
    ["a user and direct", { STALWART_SMARTHOST: "direct", STALWART_SMARTHOST_USER: "me" }, 'STALWART_SMARTHOST_USER: got "me"; STALWART_SMARTHOST is direct, so nobody asks for it; name the smarthost or take the user out'],
    ["direct with a port", { STALWART_SMARTHOST: "direct:25" }, 'STALWART_SMARTHOST: got "direct:25"; direct has no port; write direct, or a host'],
    ["a password without a user", { STALWART_SMARTHOST: "smtp.test", STALWART_SMARTHOST_PASSWORD: "hunter2" }, "STALWART_SMARTHOST_USER: got nothing; STALWART_SMARTHOST_PASSWORD is set and belongs to a user; set it, or take the password out"],
    ...["mail.one.test", "stalwart", "stalwart.tail0000.ts.net", "edge", "192.0.2.25"].map((host): [string, Overrides, string] => [
      `a circle by ${host}`,
      { STALWART_SMARTHOST: host },
      `STALWART_SMARTHOST: got "${host}"; this is this mail server itself (MAIL_HOSTNAME, STALWART_MAGIC_NAME, EDGE_IPV4), and mail would go round in circles; name another host, or write direct`,
    ]),
    ...["none", "off", "false", "disabled"].map((word): [string, Overrides, string] => [
      `the word ${word}`,
      { STALWART_SMARTHOST: word },
      `STALWART_SMARTHOST: got "${word}"; this would be a relay of that name; write direct to send without one`,
    ]),
    ["an address of nobody", { STALWART_SMARTHOST: "0.0.0.0" }, 'STALWART_SMARTHOST: got "0.0.0.0"; no host has this address; name a host that relays mail, or write direct'],
    [
      "a login without TLS",
      { STALWART_SMARTHOST: "relay", STALWART_SMARTHOST_TLS: "plaintext", STALWART_SMARTHOST_USER: "me" },
      'STALWART_SMARTHOST_TLS: got "plaintext"; STALWART_SMARTHOST_USER or its password is set, and without TLS everyone on the way would read them; use starttls or implicit, or take the login out',
    ],
    [
      "plain text where TLS comes first",
      { STALWART_SMARTHOST: "relay:8465", STALWART_SMARTHOST_TLS: "plaintext" },
      'STALWART_SMARTHOST_TLS: got "plaintext"; relay speaks TLS from the first byte on port 8465 (STALWART_SMARTHOST); use implicit, or another port',
    ],
    ["loopback by name", { STALWART_SMARTHOST: "localhost.localdomain" }, 'STALWART_SMARTHOST: got "localhost.localdomain"; this is the mailbox itself; name a host that relays mail, or write direct'],
    ["loopback", { STALWART_SMARTHOST: "127.0.0.1:25" }, 'STALWART_SMARTHOST: got "127.0.0.1"; this is the mailbox itself; name a host that relays mail, or write direct'],
  ],
  certificates: [
    ["a MagicDNS name from an authority", { STALWART_ACME_PROVIDER: "spaceship", MAIL_TLS_NAMES: "imap.one.test,stalwart.tail0000.ts.net" }, 'MAIL_TLS_NAMES: got "stalwart.tail0000.ts.net"; it is inside the tailnet (TS_TAILNET), where no authority can look; use MAIL_TLS_CERT_FILE for it, or have users dial MAIL_HOSTNAME (docs/dns.md)'],
    ["a name that the DNS account does not hold", { STALWART_ACME_PROVIDER: "spaceship", MAIL_TLS_NAMES: "imap.other.test" }, 'MAIL_TLS_NAMES: got "imap.other.test"; it is in none of the domains (MAIL_DOMAIN), so the DNS account cannot prove it; take it out, or use tls-alpn-01'],
    ["a domain as a name of the certificate", { STALWART_ACME_PROVIDER: "spaceship", MAIL_TLS_NAMES: "one.test" }, 'MAIL_TLS_NAMES: got "one.test"; this is a mail domain itself (MAIL_DOMAIN), whose address is the web site\'s; name a host below it'],
    ["a chain without a key", { MAIL_TLS_CERT_FILE: "chain.pem" }, "MAIL_TLS_KEY_FILE: got nothing; MAIL_TLS_CERT_FILE is set, and a certificate needs both its chain and its key; set it too"],
    ["a key without a chain", { MAIL_TLS_KEY_FILE: "key.pem" }, "MAIL_TLS_CERT_FILE: got nothing; MAIL_TLS_KEY_FILE is set, and a certificate needs both its chain and its key; set it too"],
    ["two sources", { ...CERTIFICATE, STALWART_ACME_PROVIDER: "spaceship" }, 'STALWART_ACME_PROVIDER: got "spaceship"; MAIL_TLS_CERT_FILE is set too; keep one of them'],
    ["ACME for maddy", { ...MADDY, STALWART_ACME_PROVIDER: "tls-alpn-01" }, 'STALWART_ACME_PROVIDER: got "tls-alpn-01"; it is Stalwart\'s, and MAIL_SERVER is maddy; set MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE instead'],
    ["TLS-ALPN-01 without HTTPS", { EDGE_WEB: "mail-only", STALWART_ACME_PROVIDER: "tls-alpn-01" }, 'STALWART_ACME_PROVIDER: got "tls-alpn-01"; the certificate authority connects through the edge\'s HTTPS port, and this edge is mail-only; use EDGE_WEB=shared or spaceship'],
    ["TLS-ALPN-01 without the mail name", { STALWART_ACME_PROVIDER: "tls-alpn-01" }, 'STALWART_ACME_PROVIDER: got "tls-alpn-01"; the edge has to hand MAIL_HOSTNAME to the mailbox for it; add mail to WEB_NAMES'],
    ["enforced MTA-STS with a certificate that nobody trusts", { MTA_STS_MODE: "enforce" }, 'MTA_STS_MODE: got "enforce"; without a certificate that others trust (STALWART_ACME_PROVIDER, MAIL_TLS_CERT_FILE) every sender that honours it would refuse to deliver; set one, or use testing'],
    ["a folder for a key", { MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "/usr" }, 'MAIL_TLS_KEY_FILE: got "/usr"; it is no file; write the path of one'],
  ],
  backends: [
    ["no PostgreSQL outside", { BACKENDS: "external" }, "STALWART_DB_HOST: got nothing; BACKENDS=external needs PostgreSQL's MagicDNS name; set it, for example STALWART_DB_HOST=postgres"],
    ...[["STALWART_DB_HOST", "postgres"], ["STALWART_S3_ENDPOINT", "http://garage"]].map(([name, text]): [string, Overrides, string] => [
      `${name} with embedded backends`,
      { [name]: text },
      `${name}: got "${text.replace("http://", "")}"; BACKENDS is embedded, so it would never be used; set BACKENDS=external or take it out`,
    ]),
    ["a named Redis with embedded backends", { STALWART_REDIS_HOST: "redis" }, 'STALWART_REDIS_HOST: got "redis"; BACKENDS is embedded, so it would never be used; set EMBEDDED_REDIS=true for one beside the mail server, or BACKENDS=external'],
    ["an embedded Redis among external backends", { ...EXTERNAL, EMBEDDED_REDIS: "true" }, 'EMBEDDED_REDIS: got "true"; BACKENDS is external, so none runs beside the mail server; name the shared one in STALWART_REDIS_HOST, or take it out'],
    ["an embedded Redis for maddy", { ...MADDY, EMBEDDED_REDIS: "true" }, 'EMBEDDED_REDIS: got "true"; maddy (MAIL_SERVER) does not use it; take it out'],
    ["an embedded Redis by another word", { EMBEDDED_REDIS: "embedded" }, 'EMBEDDED_REDIS: got "embedded"; allowed: true or false; write true or false'],
    ["a Redis image that moves", { EMBEDDED_REDIS: "true", REDIS_IMAGE: "valkey/valkey:8" }, 'REDIS_IMAGE: got "valkey/valkey:8"; allowed: name:version or name@sha256:…; version 8 moves; write the whole version, like 8.1'],
    ["a Redis password that breaks a URL", { EMBEDDED_REDIS: "true", STALWART_REDIS_PASSWORD: "a/b" }, "STALWART_REDIS_PASSWORD: got a value that cannot be used (not shown); allowed: letters, digits and . _ ~ - (it becomes part of a URL); write letters, digits and . _ ~ - only"],
    ["a backend outside the tailnet", { ...EXTERNAL, STALWART_DB_HOST: "db.example.org" }, 'STALWART_DB_HOST: got "db.example.org"; it is no MagicDNS name of the tailnet tail0000.ts.net (TS_TAILNET), and backends are reached through it only; write its name there, like db'],
    ["a backend below a node", { ...EXTERNAL, STALWART_REDIS_HOST: "a.b.tail0000.ts.net" }, 'STALWART_REDIS_HOST: got "a.b.tail0000.ts.net"; it is no MagicDNS name of the tailnet tail0000.ts.net (TS_TAILNET), and backends are reached through it only; write its name there, like a'],
    ["a backend in the mailbox", { ...EXTERNAL, STALWART_S3_ENDPOINT: "http://stalwart.tail0000.ts.net" }, 'STALWART_S3_ENDPOINT: got "stalwart.tail0000.ts.net"; this is the mailbox itself (STALWART_MAGIC_NAME); use BACKENDS=embedded, or name the node that runs it'],
    ["two backends on one port", { ...EXTERNAL, STALWART_REDIS_HOST: "postgres", STALWART_REDIS_PORT: "5432" }, 'STALWART_REDIS_HOST: got "postgres.tail0000.ts.net:5432"; STALWART_DB_HOST is at the same host and port; one of them is wrong'],
    ["Redis for maddy", { ...MADDY, ...EXTERNAL, STALWART_REDIS_HOST: "redis" }, 'STALWART_REDIS_HOST: got "redis"; maddy (MAIL_SERVER) does not use it; take it out'],
    ["S3 for maddy", { ...MADDY, ...EXTERNAL, STALWART_S3_ENDPOINT: "http://garage" }, 'STALWART_S3_ENDPOINT: got "garage"; maddy (MAIL_SERVER) does not use it; take it out'],
  ],
  dns: [
    ["more look-ups than a receiver makes", { DNS_SPF_ALSO: Array.from({ length: 11 }, (_, n) => `include:spf${n}.test`).join(",") }, 'DNS_SPF_ALSO: got "11 mechanisms with a look-up"; allowed: 10, or receivers give up on the whole record (RFC 7208 section 4.6.4); take some out, or write ip4: and ip6:'],
    ["TLSA for a certificate that changes at each start", { DNS_TLSA: "true" }, 'DNS_TLSA: got "true"; without a certificate of your own (STALWART_ACME_PROVIDER, MAIL_TLS_CERT_FILE) the server makes a new one at each start, and mail would stop; set one, or use false'],
  ],
  state: [["no bucket", { STATE_BACKEND: "s3" }, "STATE_S3_BUCKET: got nothing; STATE_BACKEND=s3 needs a bucket; set it, for example STATE_S3_BUCKET=terraform-state"]],
  wire: [
    ["PostgreSQL on a mail port", { STALWART_DB_PORT: "25" }, "wire: smtp and postgres are both on port 25; give one of them another (STALWART_DB_PORT) (one-line-per-port)"],
    ["PostgreSQL on Garage's port", { STALWART_DB_PORT: "3900" }, "wire: postgres and s3 are both on port 3900; give one of them another (STALWART_DB_PORT) (one-line-per-port)"],
    ["the embedded Redis on PostgreSQL's port", { EMBEDDED_REDIS: "true", STALWART_REDIS_PORT: "5432" }, "wire: postgres and redis are both on port 5432; give one of them another (STALWART_DB_PORT, STALWART_REDIS_PORT) (one-line-per-port)"],
    ["the embedded Redis on a mail port", { EMBEDDED_REDIS: "true", STALWART_REDIS_PORT: "993" }, "wire: imaps and redis are both on port 993; give one of them another (STALWART_REDIS_PORT) (one-line-per-port)"],
    ["PostgreSQL on a port that the mailbox needs", { STALWART_DB_PORT: "8089" }, "wire: postgres is on port 8089, which the mailbox needs for itself (recovery); give one of them another (STALWART_DB_PORT) (one-line-per-port)"],
    ["a fallback to itself", { EDGE_WEB_FALLBACK: "127.0.0.1:443" }, "wire: EDGE_WEB_FALLBACK 127.0.0.1:443 is the edge itself; move the web server to another port, for example 127.0.0.1:8443 (fallback-not-itself)"],
    ["a fallback to itself, spelled otherwise", { EDGE_WEB_FALLBACK: "[0:0:0:0:0:0:0:1]:443" }, "wire: EDGE_WEB_FALLBACK [::1]:443 is the edge itself; move the web server to another port, for example 127.0.0.1:8443 (fallback-not-itself)"],
    ["a fallback to the mailbox", { EDGE_WEB_FALLBACK: "stalwart:443" }, "wire: EDGE_WEB_FALLBACK stalwart:443 is the mailbox; it is for the host's own web server (fallback-not-itself)"],
  ],
};

describe.each(Object.keys(REFUSED))("%s", (theme) => {
  test.each(REFUSED[theme])("refuses %s", (_what, overrides, mistake) => {
    expect(mistakesOf(() => wireOf(overrides))).toEqual([mistake]);
  });
});

/** What is left to warn of when all is set well. */
const CAREFUL = { STALWART_SMARTHOST: "smtp.relay.test", CADDY_SHA256: "0".repeat(64), ...CERTIFICATE };

test.each<[what: string, overrides: Overrides, warnings: readonly string[]]>([
  ["nothing", {}, []],
  ["a private address", { EDGE_IPV4: "10.0.0.5" }, ["EDGE_IPV4 10.0.0.5 is a private address: the world reaches it only where something forwards to it, and then DNS needs that address (EDGE_PUBLIC_IPV4)"]],
  ["nothing where a private address has its outer one", { EDGE_IPV4: "10.0.0.5", EDGE_PUBLIC_IPV4: "203.0.113.7" }, []],
  ["mail that goes direct", { STALWART_SMARTHOST: undefined }, ["STALWART_SMARTHOST is not set: outgoing mail goes direct from the mailbox on port 25, which most hosts block; set it, or write direct"]],
  ["a relay without TLS", { STALWART_SMARTHOST: "relay", STALWART_SMARTHOST_TLS: "plaintext" }, ["STALWART_SMARTHOST_TLS is plaintext: everyone between the mailbox and relay can read and change all outgoing mail"]],
  ["TLS to no relay", { STALWART_SMARTHOST: "direct", STALWART_SMARTHOST_TLS: "implicit" }, ["STALWART_SMARTHOST_TLS is set and does nothing: STALWART_SMARTHOST is direct"]],
  ["a policy that nobody serves", { EDGE_WEB: "mail-only", MTA_STS_MODE: "enforce", STALWART_ACME_PROVIDER: "spaceship", MAIL_TLS_CERT_FILE: undefined, MAIL_TLS_KEY_FILE: undefined }, ["MTA_STS_MODE is set and does nothing: EDGE_WEB is mail-only, and the mailbox serves no policy"]],
  ["a policy without its name", { WEB_NAMES: "autoconfig", MTA_STS_MODE: "testing" }, ["MTA_STS_MODE is set and does nothing: mta-sts is not among WEB_NAMES, so no policy is served"]],
  ["a node's name as the base domain", { ...HEADSCALE, TS_TAILNET: "stalwart.tailnet.example.org" }, ["TS_TAILNET stalwart.tailnet.example.org begins with the name of a node (stalwart), so that node is dialed as stalwart.stalwart.tailnet.example.org; if that is not its name, write tailnet.example.org"]],
  ["names for a certificate by files", { MAIL_TLS_NAMES: "imap.one.test" }, ["MAIL_TLS_NAMES is set and does nothing: STALWART_ACME_PROVIDER is none, and a certificate by files has the names that it was made with"]],
  ["a binding without ACME", { STALWART_ACME_EAB_KEY_ID: "kid-1" }, ["STALWART_ACME_EAB_KEY_ID is set and does nothing: nothing in this configuration uses it"]],
  ["direct on purpose", { STALWART_SMARTHOST: "direct" }, []],
  ["a download that anybody may change", { CADDY_SHA256: undefined }, ["CADDY_SHA256 is not set: the download is checked for its versions and modules, but nothing proves that nobody changed it"]],
  ["no certificate", { MAIL_TLS_CERT_FILE: undefined, MAIL_TLS_KEY_FILE: undefined }, ["no certificate is configured: the server makes one of its own that nobody trusts; set STALWART_ACME_PROVIDER or MAIL_TLS_CERT_FILE"]],
  ["Headscale without admins", { ...HEADSCALE, TAILNET_ADMINS: undefined }, ["TAILNET_ADMINS is not set: with Headscale nobody then reaches the mail server's administration"]],
  ["a secret that nothing uses", { STALWART_REDIS_PASSWORD: "x" }, ["STALWART_REDIS_PASSWORD is set and does nothing: nothing in this configuration uses it"]],
  ["plugins that a given download has or has not", { CADDY_DOWNLOAD: "https://one.test/caddy", CADDY_PLUGINS: "github.com/caddy-dns/cloudflare@v0.2.1" }, ["CADDY_PLUGINS is set and does nothing: CADDY_DOWNLOAD is taken as it is and has to hold them"]],
  ["a Docker network for an edge on its host's own", { EDGE_DOCKER_NETWORK: "public" }, ["EDGE_DOCKER_NETWORK is set and does nothing: EDGE_NETWORK is host"]],
  ["users of no line", { TAILNET_USERS: "group:a" }, ["TAILNET_USERS is set and does nothing: TAILNET_LINES is none"]],
  ["tags of backends that are embedded", { BACKENDS_TAG: "tag:pg" }, ["BACKENDS_TAG is set and does nothing: BACKENDS is embedded"]],
  ["the edge's tag on backends that are embedded", { BACKENDS_TAG: "tag:reverse-proxy" }, ["BACKENDS_TAG is set and does nothing: BACKENDS is embedded"]],
  ["HTTPS settings on a mail-only edge", { EDGE_WEB: "mail-only", EDGE_WEB_FALLBACK: "127.0.0.1:8444", WEB_NAMES: "mta-sts" }, ["EDGE_WEB_FALLBACK is set and does nothing: EDGE_WEB is mail-only", "WEB_NAMES is set and does nothing: EDGE_WEB is mail-only"]],
  ["the other server's image", { MADDY_IMAGE: "foxcpp/maddy:0.9.4" }, ["MADDY_IMAGE is set and does nothing: MAIL_SERVER is stalwart"]],
  ["Stalwart's settings for maddy", { ...MADDY, STALWART_ASN: "off" }, ["STALWART_ASN is set and does nothing: MAIL_SERVER is maddy"]],
  ["an ACME directory without ACME", { STALWART_ACME_DIRECTORY: "https://ca.test/dir" }, ["STALWART_ACME_DIRECTORY is set and does nothing: STALWART_ACME_PROVIDER is none"]],
  ["settings of an embedded Redis that nobody asked for", { STALWART_REDIS_PORT: "6380", REDIS_IMAGE: "redis:8.2.2" }, ["STALWART_REDIS_PORT is set and does nothing: EMBEDDED_REDIS is false", "REDIS_IMAGE is set and does nothing: EMBEDDED_REDIS is false"]],
  ["a database of the embedded Redis", { EMBEDDED_REDIS: "true", STALWART_REDIS_DB: "3" }, ["STALWART_REDIS_DB is set and does nothing: the embedded Redis has one database"]],
  ["an image for a Redis that is elsewhere", { ...EXTERNAL, REDIS_IMAGE: "redis:8.2.2" }, ["REDIS_IMAGE is set and does nothing: BACKENDS is external"]],
  ["Redis settings without Redis", { ...EXTERNAL, STALWART_REDIS_DB: "3" }, ["STALWART_REDIS_DB is set and does nothing: STALWART_REDIS_HOST is not set"]],
  ["S3 settings without S3", { ...EXTERNAL, STALWART_S3_BUCKET: "mail" }, ["STALWART_S3_BUCKET is set and does nothing: STALWART_S3_ENDPOINT is not set"]],
  ["images of backends that are external", { ...EXTERNAL, GARAGE_IMAGE: "garage:2.4.1" }, ["GARAGE_IMAGE is set and does nothing: BACKENDS is external"]],
  ["state settings of another kind", { STATE_S3_REGION: "x", STATE_PG_SCHEMA: "y" }, ["STATE_PG_SCHEMA is set and does nothing: STATE_BACKEND is local", "STATE_S3_REGION is set and does nothing: STATE_BACKEND is local"]],
])("warns of %s", (_what, overrides, warnings) => {
  expect(deployment({ ...CAREFUL, ...overrides }).warnings).toEqual(warnings);
});

describe("what is missing", () => {
  const EMBEDDED = [
    "TS_AUTHKEY: the mailbox joins the tailnet with it",
    "STALWART_ADMIN_PASSWORD: the first account gets it",
    "STALWART_DB_PASSWORD: PostgreSQL asks for it",
    "STALWART_S3_ACCESS_KEY: S3 asks for it",
    "STALWART_S3_SECRET_KEY: S3 asks for it",
    "GARAGE_RPC_SECRET: Garage asks for it",
  ];
  test.each<[what: string, overrides: Overrides, missing: readonly string[]]>([
    ["embedded", {}, EMBEDDED],
    ["embedded with Redis", { EMBEDDED_REDIS: "true" }, [...EMBEDDED, "STALWART_REDIS_PASSWORD: Redis asks for it"]],
    ["what is given is not missing", { TS_AUTHKEY: "tskey-auth-1", STALWART_ADMIN_PASSWORD: "12345678", STALWART_DB_PASSWORD: "x" }, EMBEDDED.slice(3)],
    ["a file that is not there", { TS_AUTHKEY_FILE: "nowhere" }, [`${EMBEDDED[0]}; the file that TS_AUTHKEY_FILE names is not there`, ...EMBEDDED.slice(1)]],
    ["maddy", MADDY, [...EMBEDDED.slice(0, 2), "MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE: maddy needs a certificate by files", EMBEDDED[2]]],
    ["certificate files", { ...CERTIFICATE, ...EXTERNAL }, [...EMBEDDED.slice(0, 2), "MAIL_TLS_CERT_FILE: the file certs/chain.pem is not there", "MAIL_TLS_KEY_FILE: the file certs/key.pem is not there", EMBEDDED[2]]],
    ...(["acme.zerossl.com/v2/DV90", "dv.acme-v02.api.pki.goog/directory"] as const).map((directory): [string, Overrides, string[]] => [
      `a binding with ${directory}`,
      { STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail", STALWART_ACME_DIRECTORY: `https://${directory}`, ...EXTERNAL },
      [
        ...EMBEDDED.slice(0, 3),
        ...["KEY_ID", "HMAC_KEY"].map((name) => `STALWART_ACME_EAB_${name}: ${directory.split("/")[0]} (STALWART_ACME_DIRECTORY) makes no account without it`),
      ],
    ]),
    [
      "half a binding",
      { STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail", STALWART_ACME_EAB_KEY_ID: "kid-1", ...EXTERNAL },
      [...EMBEDDED.slice(0, 3), "STALWART_ACME_EAB_HMAC_KEY: STALWART_ACME_EAB_KEY_ID is set, and both are needed"],
    ],
    ["an edge with a node of its own", { EDGE_NETWORK: "sidecar" }, [...EMBEDDED, "EDGE_TS_AUTHKEY: the edge joins the tailnet with it (EDGE_NETWORK is sidecar)"]],
    ["a program", { ...EXTERNAL, CADDY_DOWNLOAD: "caddy" }, [...EMBEDDED.slice(0, 2), "CADDY_DOWNLOAD: the file caddy is not there", EMBEDDED[2]]],
    [
      "the larger deployment",
      LARGE,
      [
        ...EMBEDDED.slice(0, 2),
        "STALWART_SMARTHOST_PASSWORD: relay-user logs in at smtp.relay.test with it",
        "STALWART_ACME_KEY: Spaceship's API asks for it",
        "STALWART_ACME_TOKEN: Spaceship's API asks for it",
        EMBEDDED[2],
        "STALWART_REDIS_PASSWORD: Redis asks for it",
        ...EMBEDDED.slice(3, 5),
      ],
    ],
  ])("%s", (_what, overrides, missing) => {
    expect([...deployment(overrides).missing].sort()).toEqual([...missing].sort());
  });
});

describe("all at once", () => {
  test("mistakes of single variables and of rules between them", () => {
    expect(mistakesOf(() => deployment({ MAIL_SERVER: "postfix", TAILNET_LINES: "imap", MAILBOX_TAG: "tag:reverse-proxy", STATE_BACKEND: "s3" })).map((one) => one.split(":")[0])).toEqual([
      "MAIL_SERVER",
      "MAILBOX_TAG",
      "TAILNET_LINES",
      "STATE_S3_BUCKET",
    ]);
  });

  test("a rule keeps silent while one of its variables is wrong by itself", () => {
    expect(mistakesOf(() => deployment({ PUBLIC_LINES: "smtpp", TAILNET_LINES: "imap" }))).toHaveLength(1);
    expect(mistakesOf(() => deployment({ BACKENDS: "external", STALWART_DB_HOST: "100.64.0.7" }))).toHaveLength(1);
    expect(mistakesOf(() => deployment({ EDGE_MAGIC_NAME: "a_b,c", EDGE_IPV4: "a=192.0.2.1" }))).toHaveLength(1);
  });
});
