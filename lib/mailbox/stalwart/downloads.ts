import type { Deployment } from "../../config";
import { setOf } from "./objects";
import { destroyFound, findText, planFile, replaceAll, setSingleton, type PlanCall, type PlanFile } from "./request";

/** By this text the plan knows the placeholder that keeps Stalwart from downloading its web administration. */
const OFF = "switched off by tailwart";
/** Upstream's sources since 0.16.19 (ASN_IPV4 to GEO_IPV6); it fills them in only on a new database. */
const tables = (name: string): string[] =>
  ["ipv4", "ipv6"].map((family) => `https://github.com/sapics/ip-location-db/releases/download/latest/${name}-${family}.csv`);
const SPAM_RULES = "https://github.com/stalwartlabs/spam-filter/releases/latest/download/spam-filter-rules.json.gz";

/** One thing that Stalwart downloads by itself. `find` sees whether we had switched it off; only then is it switched on again. */
interface Download {
  readonly name: string;
  readonly off: readonly PlanCall[];
  readonly find: PlanCall;
  readonly on: readonly PlanCall[];
}

const DOWNLOADS: Readonly<Record<keyof Deployment["mailbox"]["downloads"], Download>> = {
  asn: {
    name: "asn_off",
    // "Disabled" is the type's default value: it stores nothing, and the next start would fill in upstream's addresses.
    off: [setSingleton("Asn", { "@type": "Resource", asnUrls: setOf(), geoUrls: setOf() })],
    find: findText("Asn", "asn_off", `"asnUrls":{}`, ["asnUrls"], ["singleton"]),
    on: [setSingleton("Asn", { "@type": "Resource", asnUrls: setOf(...tables("origin-asn")), geoUrls: setOf(...tables("user-country")) })],
  },
  spamRules: {
    name: "spam_rules_off",
    off: [setSingleton("SpamSettings", { spamFilterRulesUrl: null }), setSingleton("SpamPyzor", { enable: false })],
    find: findText("SpamSettings", "spam_rules_off", `"spamFilterRulesUrl":null`, ["spamFilterRulesUrl"], ["singleton"]),
    on: [setSingleton("SpamSettings", { spamFilterRulesUrl: SPAM_RULES }), setSingleton("SpamPyzor", { enable: true })],
  },
  webAdmin: {
    name: "web_admin_off",
    // Without any application the download comes back at the next start.
    off: replaceAll("Application", { off: { description: OFF, enabled: false, resourceUrl: "file:///nowhere.zip", urlPrefix: setOf("/admin") } }),
    find: findText("Application", "web_admin_off", OFF, ["description"]),
    on: [destroyFound("Application", "web_admin_off")],
  },
};

export function downloadFiles({ mailbox: { downloads } }: Deployment): PlanFile[] {
  const all = Object.entries(DOWNLOADS).map(([key, download]) => ({ ...download, wanted: downloads[key as keyof typeof downloads] }));
  const [wanted, unwanted] = [all.filter((one) => one.wanted), all.filter((one) => !one.wanted)];
  return [
    ...(unwanted.length > 0 ? [planFile("60-downloads-off", ...unwanted.flatMap((one) => one.off))] : []),
    ...(wanted.length > 0 ? [planFile("61-downloads-on", ...wanted.map((one) => one.find))] : []),
    ...wanted.map((one) => planFile(`62-${one.name.replace(/_off$/, "").replace(/_/g, "-")}.if.${one.name}`, ...one.on)),
  ];
}
