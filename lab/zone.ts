import type { Deployment } from "../lib/config";
import { dnsRecords, renderZones, zonesOf, type Known } from "../lib/dns";
import type { Wire } from "../lib/wire";
import { DOMAIN, HOSTS, INFRA, OUT, REMOTE, TRAFFIC, WEB_NAME } from "./addresses";
import { SMARTHOST_AT } from "./world/postfix";

/** A zone file, by the zone's name. */
export type Zones = Readonly<Record<string, string>>;

let serial = Math.floor(Date.now() / 1000);
const head = (zone: string): string => `$ORIGIN ${zone === "." ? "." : `${zone}.`}\n$TTL 5\n@ SOA ${INFRA.names}. hostmaster.${INFRA.domain}. ${(serial += 1)} 60 60 600 5\n@ NS ${INFRA.names}.\n`;
const file = (zone: string, records: readonly string[]): [string, string] => [zone, `${head(zone)}${records.join("\n")}\n`];

/** One string of a TXT record holds 255 characters (RFC 1035 section 3.3). */
const txt = (text: string): string => (text.match(/.{1,250}/g) ?? []).map((part) => `"${part.replaceAll('"', '\\"')}"`).join(" ");

/**
 * The deployment's own zone, as `npm run dns` writes it, and the names that are the web server's.
 * @param known what the running mail server says, DKIM above all; nothing before it runs
 */
export function zone(deployment: Deployment, wire: Wire, known: Known): readonly string[] {
  const plan = dnsRecords(deployment, wire, known);
  return [renderZones(zonesOf(plan), plan), ...both(WEB_NAME, HOSTS.edge)];
}

const both = (name: string, { ipv4, ipv6 }: { readonly ipv4: string; readonly ipv6: string }): string[] => [`${name}. 5 A ${ipv4}`, `${name}. 5 AAAA ${ipv6}`];
const sender = (domain: string, { ipv4, ipv6 }: { readonly ipv4: string; readonly ipv6: string }): string => `${domain}. TXT ${txt(`v=spf1 ip4:${ipv4} ip6:${ipv6} -all`)}`;
const BLOCK_LIST = "zen.spamhaus.org";
const REVERSE4 = "113.0.203.in-addr.arpa";
const REVERSE6 = "5.2.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
const last = (address: string, digits: number): string => [...(address.split(":").pop() ?? "").padStart(digits, "0")].reverse().join(".");
const pointers4 = Object.entries({ [HOSTS.client.ipv4]: OUT.host, [TRAFFIC.ipv4]: TRAFFIC.host, [HOSTS.remote.ipv4]: REMOTE.mx, [HOSTS.edge.ipv4]: `mail.${DOMAIN}` }).map(([address, name]) => `${address.split(".")[3]} PTR ${name}.`);
const pointers6 = Object.entries({ [HOSTS.client.ipv6]: OUT.host, [TRAFFIC.ipv6]: TRAFFIC.host, [HOSTS.remote.ipv6]: REMOTE.mx, [HOSTS.edge.ipv6]: `mail.${DOMAIN}` }).map(([address, name]) => `${last(address, 20)} PTR ${name}.`);

/** All zones of the lab's internet. What is in none of them does not exist: the root says so, and nobody waits. Without IPv6 nobody has such an address. */
export const zones = (own: readonly string[], ipv6 = true): Zones =>
  Object.fromEntries(
    [
      file(".", []),
      file(INFRA.domain, [...both(INFRA.names, HOSTS.names), ...both(INFRA.web, HOSTS.web)]),
      file(DOMAIN, own),
      file(REMOTE.domain, [`${REMOTE.domain}. MX 10 ${REMOTE.mx}.`, ...both(REMOTE.mx, HOSTS.remote), `${REMOTE.smarthost}. A ${SMARTHOST_AT}`, sender(REMOTE.domain, HOSTS.remote), sender(REMOTE.mx, HOSTS.remote)]),
      file(OUT.domain, [`${OUT.domain}. MX 10 ${OUT.host}.`, ...both(OUT.host, HOSTS.client), sender(OUT.domain, HOSTS.client), sender(OUT.host, HOSTS.client), ...both(TRAFFIC.host, TRAFFIC), sender(TRAFFIC.host, TRAFFIC)]),
      file(REVERSE4, pointers4),
      file(REVERSE6, pointers6),
      // The test entry by which a resolver shows that block lists answer it.
      file(BLOCK_LIST, ["2.0.0.127 A 127.0.0.2"]),
    ].map(([name, text]) => [name, ipv6 ? text : text.replace(/^.*\sAAAA\s.*\n/gm, "")]),
  );

/** nsd.conf(5) for these zones. */
export const nsdConf = (names: readonly string[]): string =>
  ["server:", '  username: ""', '  pidfile: ""', '  database: ""', '  xfrdfile: "/tmp/xfrd.state"', '  zonelistfile: "/tmp/zone.list"', '  zonesdir: "/zones"', "  server-count: 1", "  verbosity: 1", "remote-control:", "  control-enable: no"]
    .concat(names.flatMap((name) => ["zone:", `  name: "${name}"`, `  zonefile: "${zoneFile(name)}"`]))
    .join("\n")
    .concat("\n");

export const zoneFile = (name: string): string => `${name === "." ? "root" : name}.zone`;
