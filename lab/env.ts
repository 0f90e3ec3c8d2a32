import { CONTROL, CONTROL_PORTS, DOMAIN, HOSTS, INFRA, INTERNET, REMOTE, TAILNET, USER, WEB_PORT } from "./addresses";

export type Server = "stalwart" | "maddy";

export interface EnvProps {
  readonly server: Server;
  /** DOCKER_HOST */
  readonly host: string;
  /** variables that select images; only those of the contract are written */
  readonly images: Readonly<Record<string, string>>;
  /** paths from the lab's folder */
  readonly certificate: { readonly chain: string; readonly key: string };
  /** files with what the control server and the smarthost have given out, by variable */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** the engine's own limit, when it is below the contract's default */
  readonly openFiles?: number;
  /** whether the engine's networks have IPv6 */
  readonly ipv6: boolean;
  /** an embedded Redis too @default false */
  readonly redis?: boolean;
}

/** The lab's `.env`: the same contract as everybody's. */
export function labEnv({ server, host, images, certificate, secretFiles, openFiles, ipv6, redis }: EnvProps): string {
  const stalwart = server === "stalwart";
  const lines: Record<string, string | undefined> = {
    MAIL_DOMAIN: DOMAIN,
    MAIL_SERVER: server,
    // A line that only the tailnet's users reach, so that the policy has something to allow.
    TAILNET_LINES: stalwart ? "sieve" : "none",
    MTA_STS_MODE: stalwart ? "enforce" : undefined,
    TS_TAILNET: TAILNET,
    TS_LOGIN_SERVER: `http://${CONTROL.gateway}:${CONTROL_PORTS.api}`,
    TAILNET_TEST_USER: `${USER}@`,
    TS_POLICY_FIRST_RULE: "true",
    EDGE_NETWORK: "sidecar",
    EDGE_DOCKER_NETWORK: INTERNET.network,
    EDGE_IPV4: HOSTS.edge.ipv4,
    EDGE_IPV6: ipv6 ? HOSTS.edge.ipv6 : undefined,
    EDGE_DOCKER_HOST: host,
    EDGE_OPEN_FILES: openFiles === undefined ? undefined : String(openFiles),
    EDGE_WEB_FALLBACK: stalwart ? `${INFRA.web}:${WEB_PORT}` : undefined,
    MAILBOX_DOCKER_HOST: host,
    BACKENDS: "embedded",
    EMBEDDED_REDIS: stalwart && redis ? "true" : undefined,
    MAIL_TLS_CERT_FILE: certificate.chain,
    MAIL_TLS_KEY_FILE: certificate.key,
    STALWART_SMARTHOST: REMOTE.smarthost,
    STALWART_SMARTHOST_USER: `${REMOTE.user}@${REMOTE.domain}`,
    DNS_SPF_ALSO: `ip4:${HOSTS.remote.ipv4},ip6:${HOSTS.remote.ipv6}`,
    DNS_SPF_ALL: "fail",
    DNS_DMARC: "reject",
    DNS_TTL: "60",
    DNS_RESOLVERS: HOSTS.names.ipv4,
    // The lab has no way out of its host.
    ...(stalwart ? { STALWART_WEB_ADMIN: "off", STALWART_SPAM_RULES: "off", STALWART_ASN: "off" } : {}),
    ...images,
    ...Object.fromEntries(Object.entries(secretFiles).map(([name, file]) => [`${name}_FILE`, file])),
  };
  return `# the lab's own, made by npm run lab\n${Object.entries(lines).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join("\n")}\n`;
}
