import type { Deployment, Smarthost } from "../../config";
import { listOf, setOf, type Expression, type MtaRoute, type MtaTlsStrategy, type Registry } from "./objects";
import { planFile, replaceAll, setSingleton, type PlanFile } from "./request";
import { secretRef } from "./stores";

const IS_LOCAL = "is_local_domain(rcpt_domain)";

function routes(smarthost: Smarthost | undefined): Record<string, MtaRoute> {
  const own: Record<string, MtaRoute> = { local: { "@type": "Local", name: "local" }, mx: { "@type": "Mx", name: "mx" } };
  if (smarthost === undefined) return own;
  const { host, port, tls, user } = smarthost;
  const login = user === undefined ? {} : { authUsername: user, authSecret: secretRef("STALWART_SMARTHOST_PASSWORD") };
  return { ...own, relay: { "@type": "Relay", name: "relay", address: host, port, protocol: "smtp", implicitTls: tls === "implicit", allowInvalidCerts: false, ...login } };
}

/** The one strategy without TLS; the lint lets it pass where no relay has a login. */
export const PLAINTEXT = "relay-plaintext";

/** To other servers TLS is opportunistic, as upstream has it; DANE and MTA-STS of the receiver make it strict. */
const strategies = (smarthost: Smarthost | undefined): Record<string, MtaTlsStrategy> => ({
  default: { name: "default", startTls: "optional", dane: "optional", mtaSts: "optional", allowInvalidCerts: false },
  invalidTls: { name: "invalid-tls", startTls: "optional", dane: "optional", mtaSts: "optional", allowInvalidCerts: true },
  // A smarthost gets our password: never without TLS, never with a certificate that is not its own, on no attempt.
  relay: { name: "relay", startTls: "require", dane: "disable", mtaSts: "disable", allowInvalidCerts: false },
  // Only where the contract says so by name, and then there is no password.
  ...(smarthost?.tls === "plaintext"
    ? { plaintext: { name: PLAINTEXT, startTls: "disable", dane: "disable", mtaSts: "disable", allowInvalidCerts: false } }
    : {}),
});

/** Upstream's choice, for servers that it knows nothing of. */
export const OPPORTUNISTIC: Expression = { match: listOf({ if: "retry_num > 0 && last_error == 'tls'", then: "'invalid-tls'" }), else: "'default'" };

function outbound(smarthost: Smarthost | undefined): Registry["MtaOutboundStrategy"] {
  const remote = smarthost === undefined ? "'mx'" : "'relay'";
  return {
    route: { match: listOf({ if: IS_LOCAL, then: "'local'" }), else: remote },
    tls: smarthost === undefined ? OPPORTUNISTIC : { match: {}, else: `'${smarthost.tls === "plaintext" ? PLAINTEXT : "relay"}'` },
  };
}

const STS_MODE = { enforce: "enforce", testing: "testing", none: "disable" } as const;

export function mtaFiles({ mailbox, hostname }: Deployment): PlanFile[] {
  return [
    planFile(
      "50-mta",
      ...replaceAll("MtaRoute", routes(mailbox.smarthost)),
      ...replaceAll("MtaTlsStrategy", strategies(mailbox.smarthost)),
      setSingleton("MtaOutboundStrategy", outbound(mailbox.smarthost)),
      // Upstream's own would hold back a sender after 5 messages in a second, and a domain after 25 to one person in an hour.
      ...replaceAll("MtaInboundThrottle", {
        client: { description: "one client address", enable: true, key: setOf("remoteIp"), rate: { count: 50, period: 1000 } },
      }),
      setSingleton("MtaSts", { mode: STS_MODE[mailbox.mtaSts], mxHosts: setOf(hostname) }),
    ),
  ];
}
