import type { Deployment } from "../../config";
import { webHosts, type LineName, type Wire } from "../../wire";
import { domainId } from "./domains";
import { listOf, setOf, type ServiceName, type SystemSettings } from "./objects";
import { planFile, setSingleton, type PlanFile } from "./request";

/** The lines behind each announced service: with STARTTLS, and with TLS from the first byte (preferred by RFC 8314 section 3). */
const ANNOUNCED: readonly (readonly [service: ServiceName, startTls: LineName | undefined, implicit: LineName | undefined])[] = [
  ["smtp", "submission", "submissions"],
  ["imap", "imap", "imaps"],
  ["pop3", undefined, "pop3s"],
  ["managesieve", "sieve", undefined],
];
const OVER_HTTPS: readonly ServiceName[] = ["jmap", "caldav", "carddav", "webdav"];

/** What autoconfig, autodiscover and PACC tell a client. Only what is public: others would be tried from anywhere, in vain. */
function servicesOf(deployment: Deployment, { routes }: Wire): SystemSettings["services"] {
  const { hostname } = deployment;
  const isPublic = (line: LineName | undefined): boolean => routes.some((route) => route.line === line);
  const mail = ANNOUNCED.filter(([, startTls, implicit]) => isPublic(startTls) || isPublic(implicit)).map(
    // "cleartext" announces the STARTTLS port; with it the server announces the other port as well.
    ([service, , implicit]) => [service, { hostname, cleartext: !isPublic(implicit) }] as const,
  );
  const web = webHosts(deployment).includes(hostname) ? OVER_HTTPS.map((service) => [service, { hostname, cleartext: false }] as const) : [];
  return Object.fromEntries([...mail, ...web]);
}

/** Who this server is. An empty server-wide trust is written too, so that one made by hand reaches no listener. */
export function systemFiles(deployment: Deployment, wire: Wire): PlanFile[] {
  const { hostname } = deployment;
  return [
    planFile(
      "20-system",
      setSingleton("SystemSettings", {
        defaultDomainId: domainId(0),
        defaultHostname: hostname,
        mailExchangers: listOf({ hostname, priority: 10 }),
        services: servicesOf(deployment, wire),
        proxyTrustedNetworks: setOf(),
      }),
    ),
  ];
}
