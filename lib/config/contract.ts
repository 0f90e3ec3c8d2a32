import type { z } from "zod";
import { boundsText, imageName, PROGRAMS } from "../versions";
import { BACKEND_ADMIN_PORTS, BACKEND_LINES, IMPLICIT_TLS_RELAYS, MAIL_LINES, SERVICES } from "../wire/services";
import * as v from "./values";

/** One variable of the operator's surface. What stands here is all there is: example file, docs and checks come from it. */
export interface Variable<T = unknown> {
  readonly type: v.ValueType<T>;
  /** what it means, one or two sentences */
  readonly meaning: string;
  /** what may be written, for a person */
  readonly allowed: string;
  /** text used when nothing is set */
  readonly default?: string;
  /** says how the default comes about when it depends on other variables */
  readonly defaultIs?: string;
  /** must be set by the operator; `example` stands in for it on a fresh clone, and deploy refuses that */
  readonly required?: true;
  readonly example?: string;
  /** never printed, never in JSON, plan, state or image; also accepted as NAME_FILE */
  readonly secret?: true;
  /** a command that makes a good value, for secrets that the operator may invent */
  readonly generate?: "password" | "hex32" | "garageKey";
  /** it is the operator's to invent with embedded backends only; with external ones somebody else has chosen it */
  readonly generateEmbedded?: true;
}

type Required<T> = Variable<T> & { readonly required: true; readonly example: string };
type Defaulted<T> = Variable<T> & { readonly default: string };
type Secret = Variable<string> & { readonly secret: true };

const required = <T>(type: v.ValueType<T>, rest: Omit<Required<T>, "type" | "required">): Required<T> => ({ type, required: true, ...rest });
const defaulted = <T>(type: v.ValueType<T>, rest: Omit<Defaulted<T>, "type">): Defaulted<T> => ({ type, ...rest });
const optional = <T>(type: v.ValueType<T>, rest: Omit<Variable<T>, "type">): Variable<T> => ({ type, ...rest });
const secret = (rest: Omit<Secret, "type" | "secret" | "allowed"> & { allowed?: string; type?: v.ValueType<string> }): Secret => ({
  type: v.secretText,
  allowed: "one line without double quotes, backslashes or blanks at its ends",
  secret: true,
  ...rest,
});

const PUBLIC_BY_DEFAULT = ["smtp", "submissions", "submission", "imap", "imaps"];
const WEB_NAME = v.word("mta-sts", "autoconfig", "autodiscover", "ua-auto-config", "mail");
export type WebName = z.output<typeof WEB_NAME>;

/** Sections in the order in which `.env.example` shows them. */
export const SECTIONS = {
  Mail: {
    MAIL_DOMAIN: required(v.list(v.domain), {
      meaning: "The domains that get mail here, the main one first.",
      allowed: "domain names with commas between them",
      example: "example.org",
    }),
    MAIL_HOSTNAME: optional(v.domain, {
      meaning: "The name that users and other mail servers connect to; the certificate and the MX record carry it.",
      allowed: "a host name",
      defaultIs: "mail. + the first of MAIL_DOMAIN",
      example: "mail.example.org",
    }),
    MAIL_SERVER: defaulted(v.word("stalwart", "maddy"), {
      meaning: "The mail server in the mailbox.",
      allowed: "stalwart or maddy",
      default: "stalwart",
    }),
    PUBLIC_LINES: defaulted(v.list(v.word(...MAIL_LINES)), {
      meaning: "Lines that the world reaches through the edge. smtp has to be among them.",
      allowed: `some of ${MAIL_LINES.join(", ")}`,
      default: PUBLIC_BY_DEFAULT.join(","),
    }),
    TAILNET_LINES: defaulted(v.listOrNone(v.word(...MAIL_LINES)), {
      meaning: "Lines that only users of the tailnet reach, directly. A line in neither list is off.",
      allowed: `none, or some of ${MAIL_LINES.join(", ")}`,
      default: "none",
    }),
    MTA_STS_MODE: defaulted(v.word("testing", "enforce", "none"), {
      meaning: "The MTA-STS policy that the mailbox serves (RFC 8461): start with testing, enforce once reports are clean.",
      allowed: "testing, enforce or none",
      default: "testing",
    }),
  },
  Tailnet: {
    TS_TAILNET: required(v.tailnetName, {
      meaning: "The tailnet's DNS name; with Headscale its base_domain. A single label is completed with .ts.net.",
      allowed: "a name like tail1a2b3c.ts.net",
      example: "tail1a2b3c.ts.net",
    }),
    TS_LOGIN_SERVER: optional(v.httpUrl, {
      meaning: "The URL of your Headscale. Leave it out for Tailscale.",
      allowed: "an http:// or https:// URL",
      defaultIs: "Tailscale",
      example: "https://headscale.example.org",
    }),
    STALWART_MAGIC_NAME: defaulted(v.magicName, {
      meaning: "The mailbox's MagicDNS name, without the tailnet. Every dial target uses it; an IP address is refused.",
      allowed: "one label like stalwart",
      default: "stalwart",
    }),
    EDGE_MAGIC_NAME: defaulted(v.list(v.magicName), {
      meaning: "The edges' MagicDNS names. The mailbox trusts the PROXY header of these nodes and of nobody else.",
      allowed: "labels with commas between them",
      default: "edge",
    }),
    TS_AUTHKEY: secret({
      meaning: "Lets the mailbox join: an OAuth client's secret (tskey-client-…, renews itself) or an auth key that carries MAILBOX_TAG.",
    }),
    TS_EPHEMERAL: defaulted(v.yesNo, {
      meaning: "true: the mailbox's node vanishes with its container and gets a new address each time. false: it keeps name and address.",
      allowed: "true or false",
      default: "false",
    }),
    MAILBOX_TAG: defaulted(v.tag, {
      meaning: "The tag that the mailbox's node carries.",
      allowed: "tag:name",
      default: "tag:stalwart",
    }),
    EDGE_TAG: defaulted(v.tag, {
      meaning: "The tag that the edges' nodes carry.",
      allowed: "tag:name",
      default: "tag:reverse-proxy",
    }),
    BACKENDS_TAG: defaulted(v.perName(v.tag), {
      meaning: `The tag of the nodes that run PostgreSQL, Redis and S3; where they differ: ${BACKEND_LINES.map((name) => `${name}=tag:${name}`).join(",")}.`,
      allowed: `tag:name, or name=tag:name for each of ${BACKEND_LINES.join(", ")}`,
      default: "tag:backend",
    }),
    TAILNET_USERS: defaulted(v.list(v.principal), {
      meaning: "Who reaches the lines that stay in the tailnet.",
      allowed: "autogroup:member, group:name, name@example.org, tag:name; with commas between them",
      default: "autogroup:member",
    }),
    TAILNET_ADMINS: optional(v.list(v.principal), {
      meaning: "Who owns the two tags and reaches the mail server's administration.",
      allowed: "autogroup:admin (not with Headscale), group:name, name@example.org, tag:name; with commas between them",
      defaultIs: "autogroup:admin; with Headscale nobody",
      example: "autogroup:admin",
    }),
    TAILNET_TEST_USER: optional(v.user, {
      meaning: "A plain user in whose name the policy's own tests try what must fail (a policy test cannot speak for an autogroup).",
      allowed: "one login name",
      example: "alice@example.org",
    }),
    TS_POLICY: optional(v.word("apply", "review"), {
      meaning: "apply: deploy puts our lines into the tailnet's policy and leaves all others as they are. review: they are only written to cdktf.out/review, for you to merge.",
      allowed: "apply or review",
      defaultIs: "apply when one of the credentials below is set, else review",
      example: "review",
    }),
    TS_API_KEY: secret({
      meaning: "An API access token (tskey-api-…) of an Owner, Admin or Network admin, to read and write the policy. It expires after 90 days at most; an OAuth client does not.",
    }),
    TS_OAUTH_CLIENT_ID: optional(v.plainText, {
      meaning: "The id of an OAuth client with the scope policy_file, to read and write the policy.",
      allowed: "the id that the admin console shows",
      example: "k123456CNTRL",
    }),
    TS_OAUTH_CLIENT_SECRET: secret({ meaning: "That OAuth client's secret (tskey-client-…)." }),
    HEADSCALE_API_KEY: secret({
      meaning: "A key from headscale apikeys create, to read and write the policy; Headscale has to keep it in its database (policy.mode: database).",
    }),
    TS_API_URL: optional(v.httpUrl, {
      meaning: "Where the control server's API answers.",
      allowed: "an http:// or https:// URL without /api",
      defaultIs: "https://api.tailscale.com; with Headscale TS_LOGIN_SERVER",
      example: "https://api.tailscale.com",
    }),
    DEPLOYMENT_NAME: optional(v.magicName, {
      meaning: "What this deployment is called where several keep their lines in one tailnet's policy. It stands in the comment above each of our entries; keep it when you rename the mailbox's node.",
      allowed: "a DNS label: lower-case letters, digits and -",
      defaultIs: "STALWART_MAGIC_NAME",
      example: "stalwart",
    }),
    TS_POLICY_FIRST_RULE: defaulted(v.yesNo, {
      meaning: "true: our grants may be the first rules of a policy that has none. Such a policy lets everybody reach everything, and the first rule ends that for the whole tailnet.",
      allowed: "true or false",
      default: "false",
    }),
    TS_POLICY_ACCEPT: defaulted(v.policyRules, {
      meaning: "Rules of others in the tailnet's policy that reach our ports and that you accept, each as npm run drift writes it: they are named no longer. A rule that says more than before is named again.",
      allowed: "rules like autogroup:admin -> *:* with ; between them, or none",
      default: "none",
    }),
    TS_POLICY_DENY_TESTS: defaulted(v.yesNo, {
      meaning: "false: our tests in the policy ask only what must be reached, not what must not. Needed where a rule of others lets everybody reach everything and stays; then nothing checks who else reaches the mailbox.",
      allowed: "true or false",
      default: "true",
    }),
    TS_POLICY_REMOVE_ON_DESTROY: defaulted(v.yesNo, {
      meaning: "true: destroying the tailnet stack takes our lines out of the policy again.",
      allowed: "true or false",
      default: "false",
    }),
  },
  Edge: {
    EDGE_IPV4: required(v.perName(v.ipv4), {
      meaning: "The edge's public IPv4 address; for several edges name=address for each.",
      allowed: "an IPv4 address, or name=address with commas between them",
      example: "203.0.113.10",
    }),
    EDGE_PUBLIC_IPV4: optional(v.perName(v.publicIpv4), {
      meaning: "The address that the world dials, where EDGE_IPV4 is a private one behind a router that forwards to it. DNS gets this one; for several edges name=address for each.",
      allowed: "a public IPv4 address, or name=address with commas between them",
      defaultIs: "EDGE_IPV4",
      example: "203.0.113.10",
    }),
    EDGE_IPV6: optional(v.perName(v.ipv6), {
      meaning: "The edge's public IPv6 address. Leave it out where the edge has none: no AAAA record is wanted then.",
      allowed: "an IPv6 address, or name=address with commas between them",
      example: "2001:db8::10",
    }),
    EDGE_DOCKER_HOST: defaulted(v.perName(v.dockerHost), {
      meaning: "The Docker engine that runs the edge; for several edges name=engine for each.",
      allowed: "unix:///path, ssh://user@host or tcp://host:port",
      default: "unix:///var/run/docker.sock",
    }),
    EDGE_DOCKER_SOCKET: optional(v.perName(v.socketPath), {
      meaning: "Path of that engine's socket on its own host, for the starter (ENGINE_STARTER); for several edges that differ name=path for each.",
      allowed: "an absolute path",
      defaultIs: "the path in EDGE_DOCKER_HOST when that is unix://, else /var/run/docker.sock; deploy asks the engine",
      example: "/run/user/1000/docker.sock",
    }),
    EDGE_NETWORK: defaulted(v.word("host", "sidecar"), {
      meaning: "host: the edge uses its host's network, and the host is a node of the tailnet. sidecar: the edge is a node of its own and Docker publishes its ports, which IPv4 clients' addresses survive and IPv6 ones' do not.",
      allowed: "host or sidecar",
      default: "host",
    }),
    EDGE_DOCKER_NETWORK: optional(v.identifier, {
      meaning: "With EDGE_NETWORK=sidecar, a Docker network on the edge's engine on which it has EDGE_IPV4 and EDGE_IPV6 as its own addresses (macvlan, ipvlan, a routed bridge). Docker then publishes no port, and all clients' addresses survive.",
      allowed: "letters, digits, hyphens, underscores",
      defaultIs: "none: Docker publishes the ports",
      example: "public",
    }),
    EDGE_TS_AUTHKEY: secret({
      meaning: "Lets the edge join when EDGE_NETWORK=sidecar: an OAuth client's secret (tskey-client-…) or an auth key that carries EDGE_TAG, reusable when there are several edges.",
    }),
    EDGE_OPEN_FILES: defaulted(v.wholeNumber(1024, 1048576), {
      meaning: "The edge's limit of open files: each connection takes two, and Caddy stops accepting for good when they run out. The host has to allow as many.",
      allowed: "a number from 1024 to 1048576",
      default: "65536",
    }),
    EDGE_WEB: optional(v.word("shared", "mail-only"), {
      meaning: "shared: the edge owns the HTTPS port, hands mail names to the mailbox and all else to the host's web server. mail-only: it leaves that port alone.",
      allowed: "shared or mail-only",
      defaultIs: "shared; with maddy, which serves no web, mail-only",
      example: "shared",
    }),
    EDGE_WEB_FALLBACK: defaulted(v.hostPort, {
      meaning: "Where the host's own web server listens for HTTPS once the edge owns the port.",
      allowed: "host:port",
      default: "127.0.0.1:8443",
    }),
    EDGE_WEB_FALLBACK_PROXY_PROTOCOL: defaulted(v.yesNo, {
      meaning: "true: the edge tells the web server the client's address by PROXY protocol v2; the web server has to expect it.",
      allowed: "true or false",
      default: "false",
    }),
    WEB_NAMES: defaulted(v.list(WEB_NAME), {
      meaning: "What the mailbox serves over HTTPS for each domain; mail is MAIL_HOSTNAME itself (JMAP, and certificates by TLS-ALPN-01).",
      allowed: "some of mta-sts, autoconfig, autodiscover, ua-auto-config, mail",
      default: "mta-sts,autoconfig,autodiscover",
    }),
    WEB_PROXY_PROTOCOL: defaulted(v.yesNo, {
      meaning: "true: HTTPS to the mailbox carries the client's address too (PROXY protocol v2 at both ends), so that a stranger's wrong passwords ban only the stranger.",
      allowed: "true or false",
      default: "false",
    }),
    ADMIN_VHOST: optional(v.domain, {
      meaning: "A host name under which the edge host's web server offers the mail server's administration to the tailnet; a snippet for it is written.",
      allowed: "a host name",
      example: "stalwart.example.org",
    }),
    CADDY_VERSION: defaulted(v.versionWanted, {
      meaning: `What the downloaded Caddy has to be at least, below ${PROGRAMS.caddy.below.version}; with = before it, exactly this one.`,
      allowed: "a version, or =version",
      default: PROGRAMS.caddy.default,
    }),
    CADDY_L4_VERSION: defaulted(v.versionWanted, {
      meaning: `What the caddy-l4 in it has to be at least, below ${PROGRAMS.caddyL4.below.version}; with = before it, exactly this one.`,
      allowed: "a version, or =version",
      default: PROGRAMS.caddyL4.default,
    }),
    CADDY_ARCH: defaulted(v.word("amd64", "arm64"), {
      meaning: "The edge's processor.",
      allowed: "amd64 or arm64",
      default: "amd64",
    }),
    CADDY_PLUGINS: optional(v.list(v.goModule), {
      meaning: "More Caddy plugins to have in the download.",
      allowed: "Go module paths with commas between them",
      example: "github.com/caddy-dns/cloudflare@v0.2.1",
    }),
    CADDY_DOWNLOAD: optional(v.download, {
      meaning: "Where the prebuilt Caddy with caddy-l4 comes from. It is never compiled.",
      allowed: "an https:// URL or the path of a file",
      defaultIs: "Caddy's build service, with the versions and plugins above",
      example: "/srv/caddy-l4",
    }),
    CADDY_SHA256: optional(v.sha256, {
      meaning: "The download's SHA-256; recommended, the build service signs nothing.",
      allowed: "64 hexadecimal digits",
    }),
    BASE_IMAGE: defaulted(v.image, {
      meaning: "The image under those that are built here (edge, Garage); it needs busybox, and wget for https, as Alpine has them.",
      allowed: "name:version",
      default: imageName(PROGRAMS.alpine),
    }),
  },
  Mailbox: {
    MAILBOX_DOCKER_HOST: defaulted(v.dockerHost, {
      meaning: "The Docker engine that runs the mailbox.",
      allowed: "unix:///path, ssh://user@host or tcp://host:port",
      default: "unix:///var/run/docker.sock",
    }),
    MAILBOX_DOCKER_SOCKET: optional(v.socketPath, {
      meaning: "Path of that engine's socket on its own host, for the starter (ENGINE_STARTER).",
      allowed: "an absolute path",
      defaultIs: "the path in MAILBOX_DOCKER_HOST when that is unix://, else /var/run/docker.sock; deploy asks the engine",
      example: "/run/user/1000/docker.sock",
    }),
    ENGINE_STARTER: defaulted(v.yesNo, {
      meaning:
        "true: a small container next to the mailbox and each edge starts again what Docker leaves down for good when the engine or the host restarts, and restarts what stays unhealthy by its own fault. It has the engine's socket, so it is root on that host; it has no network. false: the host has to do it itself (docs/mailbox.md).",
      allowed: "true or false",
      default: "true",
    }),
    STALWART_ADMIN_PASSWORD: secret({
      type: v.adminPassword,
      allowed: "one line of at least 8 characters without double quotes, backslashes or blanks at its ends",
      meaning: "The password of admin@ the first domain.",
      generate: "password",
    }),
    STALWART_SMARTHOST: optional(v.hostMaybePort, {
      meaning: "The host that takes outgoing mail, since rented hosts rarely may send mail directly; direct to do without on purpose.",
      allowed: "host, host:port (a name or an IPv4 address) or direct",
      defaultIs: `none: mail goes direct, with a warning; without a port ${SERVICES.submission.port}`,
      example: "smtp.example.net",
    }),
    STALWART_SMARTHOST_TLS: optional(v.word("implicit", "starttls", "plaintext"), {
      meaning:
        "How the smarthost is spoken to. implicit: TLS from the first byte. starttls: TLS is asked for, and without it no mail goes. " +
        "plaintext: no TLS at all, so that everyone on the way reads and changes the mail; only without a login, and only to a relay on a network of your own.",
      allowed: "implicit, starttls or plaintext",
      defaultIs: `implicit on the ports ${IMPLICIT_TLS_RELAYS.join(", ")}, else starttls`,
      example: "implicit",
    }),
    STALWART_SMARTHOST_USER: optional(v.plainText, {
      meaning: "The smarthost's user name.",
      allowed: "a user name",
      example: "relay-user",
    }),
    STALWART_SMARTHOST_PASSWORD: secret({ meaning: "The smarthost's password." }),
    STALWART_ACME_PROVIDER: optional(v.word("spaceship", "tls-alpn-01", "none"), {
      meaning: "How the mailbox gets its certificate: spaceship (DNS-01 through Spaceship's API; wildcards too), tls-alpn-01 (through the edge; explicit names only), or none (own files below).",
      allowed: "spaceship, tls-alpn-01 or none",
      defaultIs: "none",
      example: "spaceship",
    }),
    STALWART_ACME_KEY: secret({ meaning: "Spaceship's API key." }),
    STALWART_ACME_TOKEN: secret({ meaning: "Spaceship's API secret." }),
    STALWART_ACME_DIRECTORY: defaulted(v.httpsUrl, {
      meaning: "The certificate authority's ACME directory.",
      allowed: "an https:// URL",
      default: "https://acme-v02.api.letsencrypt.org/directory",
    }),
    STALWART_ACME_EAB_KEY_ID: secret({
      type: v.eabKeyId,
      allowed: "the key id as the authority shows it: letters, digits and . _ ~ + / = -",
      meaning: "The key id of an external account binding (RFC 8555 section 7.3.4): ZeroSSL, Google, SSL.com and others want one, Let's Encrypt does not.",
    }),
    STALWART_ACME_EAB_HMAC_KEY: secret({
      type: v.eabHmacKey,
      allowed: "the HMAC key in base64url, as the authority shows it",
      meaning: "The HMAC key of that binding. Both are used once, when the account with the authority is made.",
    }),
    MAIL_TLS_NAMES: optional(v.list(v.domain), {
      meaning: "More names that the certificate has to have, and that lead to the edge like MAIL_HOSTNAME, such as imap. and smtp. of a domain.",
      allowed: "host names with commas between them",
      example: "imap.example.org,smtp.example.org",
    }),
    MAIL_TLS_CERT_FILE: optional(v.filePath, {
      meaning: "An own certificate chain (PEM) on this machine; maddy needs one.",
      allowed: "the path of a file",
      example: "certs/fullchain.pem",
    }),
    MAIL_TLS_KEY_FILE: optional(v.filePath, {
      meaning: "The key of that certificate (PEM).",
      allowed: "the path of a file",
      example: "certs/privkey.pem",
    }),
    STALWART_WEB_ADMIN: defaulted(v.word("default", "off"), {
      meaning: "off: the server does not download its web administration (closed networks).",
      allowed: "default or off",
      default: "default",
    }),
    STALWART_SPAM_RULES: defaulted(v.word("default", "off"), {
      meaning: "off: the server downloads no spam rules and asks no Pyzor (closed networks).",
      allowed: "default or off",
      default: "default",
    }),
    STALWART_ASN: defaulted(v.word("default", "off"), {
      meaning: "off: the server downloads no ASN and country tables (closed networks).",
      allowed: "default or off",
      default: "default",
    }),
  },
  DNS: {
    MAIL_EGRESS: optional(v.list(v.egress), {
      meaning: "The public addresses from which mail leaves when it goes direct: those of the mailbox's own internet connection, not the edge's; or a name that leads to them, where they change. SPF names them.",
      allowed: "IPv4 or IPv6 addresses, networks like 2001:db8:0:1::/64, or host names; with commas between them",
      example: "203.0.113.10",
    }),
    DNS_SPF_ALSO: optional(v.list(v.spfTerm), {
      meaning: "Who else may send for your domains, beside the smarthost and MAIL_EGRESS; of a smarthost that is not known here what its provider asks for, mostly one include:.",
      allowed: "include:name, a:name, mx, ip4:address, ip6:address, exists:name; with commas between them",
      defaultIs: "nobody",
      example: "include:spf.example.net",
    }),
    DNS_SPF_ALL: defaulted(v.word("softfail", "fail"), {
      meaning: "What SPF says of all others: softfail (~all) while you look, fail (-all) once DMARC's reports are clean.",
      allowed: "softfail or fail",
      default: "softfail",
    }),
    DNS_DMARC: defaulted(v.word("none", "quarantine", "reject"), {
      meaning: "What others do with mail that fails SPF and DKIM (DMARC): first none, and read the reports; then quarantine, then reject.",
      allowed: "none, quarantine or reject",
      default: "none",
    }),
    DNS_REPORTS: optional(v.mailAddress, {
      meaning: "Who gets the reports of DMARC and of TLS. Another domain than the reported one has to agree by a record of its own.",
      allowed: "a mail address",
      defaultIs: "postmaster@ each domain",
      example: "dmarc@example.org",
    }),
    DNS_TLSA: defaulted(v.yesNo, {
      meaning: "true: a TLSA record for the mail host (DANE). Only for a zone signed with DNSSEC, and only when you renew the certificate with the same key or the record in time.",
      allowed: "true or false",
      default: "false",
    }),
    DNS_TTL: defaulted(v.wholeNumber(60, 604800), {
      meaning: "How many seconds others may remember a record.",
      allowed: "a number from 60 to 604800",
      default: "3600",
    }),
    DNS_RESOLVERS: defaulted(v.list(v.nameServer), {
      meaning: "The resolvers that tell what the world sees; not those of your own network, which may answer otherwise.",
      allowed: "addresses, or address:port; with commas between them",
      default: "1.1.1.1,9.9.9.9",
    }),
  },
  Backends: {
    BACKENDS: defaulted(v.word("embedded", "external"), {
      meaning: "embedded: PostgreSQL and Garage run beside the mail server, on its loopback. external: they are shared over the tailnet.",
      allowed: "embedded or external",
      default: "embedded",
    }),
    STALWART_DB_HOST: optional(v.tailnetHost, {
      meaning: "PostgreSQL's MagicDNS name; needed when BACKENDS=external.",
      allowed: "a MagicDNS name",
      example: "postgres",
    }),
    STALWART_DB_PORT: optional(v.port, {
      meaning: "PostgreSQL's port.",
      allowed: "a port",
      defaultIs: String(SERVICES.postgres.port),
      example: String(SERVICES.postgres.port),
    }),
    STALWART_DB_NAME: defaulted(v.identifier, {
      meaning: "The database; it belongs to the mail server alone.",
      allowed: "letters, digits, hyphens, underscores",
      default: "stalwart",
    }),
    STALWART_DB_USER: defaulted(v.identifier, {
      meaning: "The database role.",
      allowed: "letters, digits, hyphens, underscores",
      default: "stalwart",
    }),
    STALWART_DB_PASSWORD: secret({ meaning: "The database role's password.", generate: "password" }),
    EMBEDDED_REDIS: defaulted(v.yesNo, {
      meaning: "true: with BACKENDS=embedded a Redis (or Valkey) runs beside the mail server too, for its short-lived data. One mail server does well without.",
      allowed: "true or false",
      default: "false",
    }),
    STALWART_REDIS_HOST: optional(v.tailnetHost, {
      meaning: "The external Redis' MagicDNS name. Without any Redis the short-lived data live in PostgreSQL, which is fine for one mail server.",
      allowed: "a MagicDNS name",
      example: "redis",
    }),
    STALWART_REDIS_PORT: optional(v.port, {
      meaning: "Redis' port.",
      allowed: "a port",
      defaultIs: String(SERVICES.redis.port),
      example: String(SERVICES.redis.port),
    }),
    STALWART_REDIS_DB: defaulted(v.wholeNumber(0, 65535), {
      meaning: "The external Redis' database number.",
      allowed: "a number",
      default: "0",
    }),
    STALWART_REDIS_PASSWORD: secret({
      type: v.urlSafe,
      allowed: "letters, digits and . _ ~ - (it becomes part of a URL)",
      meaning: "Redis' password.",
      generate: "password",
      generateEmbedded: true,
    }),
    STALWART_S3_ENDPOINT: optional(v.endpoint, {
      meaning: "The S3 endpoint, by MagicDNS name; without a port Garage's. Without it messages are stored in PostgreSQL.",
      allowed: "http://name or http://name:port",
      example: "http://garage",
    }),
    STALWART_S3_REGION: defaulted(v.identifier, {
      meaning: "The S3 region; Garage insists on its own s3_region.",
      allowed: "a region's name",
      default: "garage",
    }),
    STALWART_S3_BUCKET: defaulted(v.bucket, {
      meaning: "The bucket; it belongs to the mail server alone.",
      allowed: "3 to 63 lower-case letters, digits, hyphens",
      default: "stalwart-mail",
    }),
    STALWART_S3_ACCESS_KEY: secret({
      type: v.s3Key,
      allowed: "a key id; Garage's are GK and 24 hexadecimal digits",
      meaning: "The S3 key's id.",
      generate: "garageKey",
    }),
    STALWART_S3_SECRET_KEY: secret({ meaning: "The S3 key's secret.", generate: "hex32" }),
    GARAGE_RPC_SECRET: secret({
      type: v.hex64,
      allowed: "64 hexadecimal digits",
      meaning: "Garage's secret between its nodes; needed when BACKENDS=embedded.",
      generate: "hex32",
    }),
    DB_ADMIN_USER: defaulted(v.identifier, {
      meaning: "A role that may make roles and databases on the external PostgreSQL; only npm run backends uses it.",
      allowed: "letters, digits, hyphens, underscores",
      default: "postgres",
    }),
    DB_ADMIN_PASSWORD: secret({
      meaning: "That role's password, for npm run backends only: it makes the mail server's role and database. Without it the commands are printed.",
    }),
    GARAGE_ADMIN_PORT: optional(v.port, {
      meaning: "The port of the external Garage's administration, on the host of STALWART_S3_ENDPOINT; only npm run backends uses it.",
      allowed: "a port",
      defaultIs: String(BACKEND_ADMIN_PORTS.s3),
      example: String(BACKEND_ADMIN_PORTS.s3),
    }),
    GARAGE_ADMIN_TOKEN: secret({
      meaning: "Garage's admin token, for npm run backends only: it makes the bucket and the key. Without it the commands are printed.",
    }),
  },
  Images: {
    STALWART_IMAGE: defaulted(v.image, {
      meaning: `${boundsText(PROGRAMS.stalwart)}.`,
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.stalwart),
    }),
    MADDY_IMAGE: defaulted(v.image, {
      meaning: `${boundsText(PROGRAMS.maddy)}.`,
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.maddy),
    }),
    TAILSCALE_IMAGE: defaulted(v.image, {
      meaning: "The Tailscale sidecar.",
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.tailscale),
    }),
    STARTER_IMAGE: defaulted(v.image, {
      meaning: "The docker command for the starter (ENGINE_STARTER).",
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.starter),
    }),
    POSTGRES_IMAGE: defaulted(v.image, {
      meaning: `The embedded ${boundsText(PROGRAMS.postgres)}. A new major version needs a dump and a restore.`,
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.postgres),
    }),
    GARAGE_IMAGE: defaulted(v.image, {
      meaning: `The embedded ${boundsText(PROGRAMS.garage)}.`,
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.garage),
    }),
    REDIS_IMAGE: defaulted(v.image, {
      meaning: "The embedded Redis: Valkey, or Redis 7 or newer.",
      allowed: "name:version or name@sha256:…",
      default: imageName(PROGRAMS.redis),
    }),
  },
  "Terraform state": {
    STATE_BACKEND: defaulted(v.word("local", "pg", "s3"), {
      meaning: "Where Terraform keeps its state: files here, PostgreSQL (its address is read from PG_CONN_STR in the environment of the deploy), or S3 (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY there).",
      allowed: "local, pg or s3",
      default: "local",
    }),
    STATE_PG_SCHEMA: defaulted(v.identifier, {
      meaning: "The schemas for STATE_BACKEND=pg begin with this, one for each stack.",
      allowed: "letters, digits, hyphens, underscores",
      default: "tailwart",
    }),
    STATE_S3_BUCKET: optional(v.bucket, {
      meaning: "The bucket for STATE_BACKEND=s3.",
      allowed: "3 to 63 lower-case letters, digits, hyphens",
      example: "terraform-state",
    }),
    STATE_S3_REGION: defaulted(v.identifier, {
      meaning: "The region for STATE_BACKEND=s3.",
      allowed: "a region's name",
      default: "us-east-1",
    }),
    STATE_S3_ENDPOINT: optional(v.httpUrl, {
      meaning: "The endpoint for STATE_BACKEND=s3, when it is not AWS.",
      allowed: "an http:// or https:// URL",
      example: "https://s3.example.net",
    }),
  },
} as const;

type Sections = typeof SECTIONS;
type Union = { [S in keyof Sections]: { [N in keyof Sections[S]]: readonly [N, Sections[S][N]] }[keyof Sections[S]] }[keyof Sections];
export type VariableName = Union[0];
type VariableOf<N extends VariableName> = Extract<Union, readonly [N, unknown]>[1];
export type SecretName = { [N in VariableName]: VariableOf<N> extends { secret: true } ? N : never }[VariableName];
type Kept<N extends VariableName> = VariableOf<N> extends { required: true } | { default: string } ? never : undefined;

/** The values of all variables that are no secrets, read and typed; `undefined` where an optional one is not set. */
export type Settings = {
  readonly [N in Exclude<VariableName, SecretName>]: (VariableOf<N> extends { type: v.ValueType<infer T> } ? T : never) | Kept<N>;
};

export const CONTRACT: Readonly<Record<VariableName, Variable>> = Object.assign({}, ...Object.values(SECTIONS)) as Record<
  VariableName,
  Variable
>;
export const VARIABLES = Object.keys(CONTRACT) as VariableName[];
export const SECRETS = VARIABLES.filter((name) => CONTRACT[name].secret) as SecretName[];
