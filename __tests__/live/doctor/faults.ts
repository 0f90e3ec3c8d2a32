import { join } from "node:path";
import type { Ground } from "../../../lib/doctor/ground";
import type { CaddyConfig } from "../../../lib/edge/caddy";
import { mutate } from "../edge/mutate";
import { caddyEnvironment } from "../caddy";
import { makeCertificate } from "../certificates";
import { NEEDS, pathOf } from "../programs";
import type { Running } from "../processes";
import { Authority, type Wish } from "./authority";
import { mirrored, PLACES, SMARTHOST } from "./internet";
import { acme, ACCOUNT, blocked, DIRECT, domain, issuance, lists, RELAYED, SECRETS, type Lab } from "./lab";

/** Something that goes wrong in earnest, and who has to say so. */
export interface Fault {
  readonly name: string;
  /** the deployment @default mail leaves direct */
  readonly overrides?: Readonly<Record<string, string>>;
  /** @returns other doors, where the fault is on the operator's side */
  plant(lab: Lab): Promise<Partial<Ground> | void>;
  heal(lab: Lab): Promise<unknown>;
  /** checks that find it, and what they say; every other one stays silent */
  readonly finds: Readonly<Record<string, RegExp>>;
  /** checks that may find it too, now and then */
  readonly perhaps?: readonly string[];
}

const NAMES = ["mail.one.test", "mta-sts.one.test", "autoconfig.one.test"];
const healed = (lab: Lab): Promise<unknown> => Promise.resolve(lab.answers());
const without = (pattern: RegExp) => (records: readonly string[]) => records.filter((one) => !pattern.test(one));
const SPF = /^--txt-record=one\.test,/;
const spf = (record: string) => (records: readonly string[]) => [...without(SPF)(records), `--txt-record=one.test,${record}`];
const CAA = /^--caa-record=/;
const caa = (...values: readonly string[]) => (records: readonly string[]) => [...without(CAA)(records), ...values.map((value) => `--caa-record=one.test,0,issue,${value}`)];

const inZone = (name: string, change: (records: readonly string[]) => readonly string[], finds: Fault["finds"], overrides: Fault["overrides"] = DIRECT): Fault => ({ name, overrides, finds, plant: (lab) => lab.zone(change, overrides), heal: (lab) => lab.zone() });
const withCertificate = (name: string, wish: Partial<Wish>, finds: Fault["finds"]): Fault => ({ name, finds, plant: async (lab) => lab.serve({ certificate: await lab.authority.issue({ names: NAMES, ...wish }) }), heal: (lab) => lab.serve() });
const answering = (name: string, answers: Parameters<Lab["answers"]>[0], finds: Fault["finds"]): Fault => ({ name, finds, plant: async (lab) => lab.answers(answers), heal: healed });

export const CERTIFICATES: readonly Fault[] = [
  withCertificate("an expired certificate", { from: -90, to: -1 }, { certificate: /expired on 20/, "mta-sts-policy": /senders take no policy: expired/ }),
  withCertificate("a certificate of another name", { names: ["other.one.test"] }, { certificate: /it is for other\.one\.test, not for mail\.one\.test/, "mta-sts-policy": /not for mta-sts\.one\.test/ }),
  withCertificate("a certificate without the one above it", { bare: true }, { certificate: /the chain is incomplete: only the server's own certificate is sent/, "mta-sts-policy": /chain is incomplete/ }),
  withCertificate("a certificate with ten days left", { from: -80, to: 10.5 }, { certificate: /only 10 days left/ }),
  withCertificate("a certificate with eighteen days left", { from: -72, to: 18.5 }, { "certificate-renewal": /^18 days left, issued by root authority$/ }),
  {
    name: "a certificate that signs itself",
    plant: async (lab) => lab.serve({ certificate: await makeCertificate(lab.stage.world.folder, "rcgen", NAMES) }),
    heal: (lab) => lab.serve(),
    finds: { certificate: /the certificate signs itself \(rcgen\)/, "mta-sts-policy": /signs itself/ },
  },
  {
    name: "a certificate of an authority that nobody knows",
    plant: async (lab) => lab.serve({ certificate: await (await Authority.make(lab.stage.world.folder, "strange")).issue({ names: NAMES }) }),
    heal: (lab) => lab.serve(),
    finds: { certificate: /issued by strange authority, which clients do not know|not trusted/, "mta-sts-policy": /strange authority|not trusted/ },
  },
  answering("five certificates for the same name in a week", { "api.certspotter.com /v1/issuances": { body: [1, 2, 3, 4, 5].map((day) => issuance(day, ["mail.one.test"], String(day))) } }, { "certificate-limits": /5 of 5 in the last seven days: no more until/ }),
  answering("forty-six certificates for the domain in a week", { "api.certspotter.com /v1/issuances": { body: Array.from({ length: 46 }, (_, index) => issuance(2, [`host${index}.one.test`], String(index))) } }, { "certificate-limits": /46 of 50/ }),
  answering("a wildcard by TLS-ALPN-01", { "x:Domain/get": { body: [domain({})] }, "x:AcmeProvider/get": { body: [acme("TlsAlpn01", ACCOUNT)] } }, { "wildcard-challenge": /a wildcard is wanted by TlsAlpn01/ }),
  answering("an ACME account that was made anew", { "x:AcmeProvider/get": { body: [acme("Dns01", `${ACCOUNT}2`)] } }, { "dns-records": /CAA is another one/, caa: /is pinned to the account \S+acct\/1, and this one is \S+acct\/12/ }),
  inZone("CAA for another authority", caa("ca.example"), { "dns-records": /CAA is missing/, caa: /CAA at one\.test names ca\.example, not letsencrypt\.org/ }),
  inZone("CAA for another challenge", caa(`letsencrypt.org; accounturi=${ACCOUNT}; validationmethods=http-01`), { "dns-records": /CAA is missing/, caa: /allows the methods http-01, not dns-01/ }),
  inZone("CAA that shuts out the edge's own web server", caa(`letsencrypt.org; accounturi=${ACCOUNT}`), { "dns-records": /CAA is missing/, caa: /the web server on the edge's host gets no certificate/ }, { ...DIRECT, ADMIN_VHOST: "stalwart.one.test", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" }),
  { name: "a dead key of the DNS provider", plant: async () => ({ secret: (name) => (name === "STALWART_ACME_TOKEN" ? "revoked" : SECRETS[name]) }), heal: healed, finds: { "dns-provider-key": /Spaceship refuses the key: status 401 \(application\.unauthorized\), asked from the mailbox/ } },
  answering("a domain that is not in the DNS provider's account", { "spaceship.dev /api/v1/dns/records/one.test": { status: 404, body: { detail: "not found" } } }, { "dns-provider-key": /does not give out the domain's records: status 404/ }),
];

export const RECORDS: readonly Fault[] = [
  inZone("no MX", without(/^--mx-host=one\.test/), { "dns-records": /one\.test MX is missing: wanted 10 mail\.one\.test/ }),
  inZone("an old address for the mail host", (all) => all.map((one) => (one === "--address=/mail.one.test/203.0.113.25" ? "--address=/mail.one.test/203.0.113.99" : one)), { "dns-records": /mail\.one\.test A is another one: there is 203\.0\.113\.99; wanted 203\.0\.113\.25/ }),
  inZone("an IPv6 address of an edge without IPv6", (all) => [...all, "--address=/mail.one.test/2001:db8::25"], { "dns-records": /AAAA is too much: there is 2001:db8::25/ }),
  inZone("no record for the MTA-STS policy", without(/^--txt-record=_mta-sts/), { "dns-records": /_mta-sts\.one\.test TXT is missing/, "mta-sts-policy": /is missing, so nobody looks/ }),
  inZone("an old DKIM key", (all) => all.map((one) => one.replace(/p=11q/, "p=22q")), { "dns-records": /_domainkey\.one\.test TXT is another one/ }),
  inZone("no DKIM key", without(/_domainkey/), { "dns-records": /_domainkey\.one\.test TXT is missing/ }),
  inZone("no SPF", without(SPF), { "dns-records": /one\.test TXT is missing/, "spf-egress": /has no SPF record/ }),
  inZone("two SPF records", (all) => [...all, '--txt-record=one.test,v=spf1 mx -all'], { "dns-records": /two SPF records/, "spf-egress": /has 2 SPF records, which counts as none/ }),
  inZone("SPF that names the edge", spf("v=spf1 mx -all"), { "dns-records": /is another one: there is v=spf1 mx -all/, "spf-egress": /fail for 198\.51\.100\.88 \(as the world sees the mailbox\)/ }),
  inZone("SPF with more than ten look-ups", spf(`v=spf1 ip4:${PLACES.egress} ${Array.from({ length: 11 }, (_, index) => `a:h${index}.one.test`).join(" ")} ~all`), { "dns-records": /is another one/, "spf-egress": /the record is broken/ }),
  inZone("SPF without the smarthost", spf("v=spf1 mx ~all"), { "dns-records": /is another one/, "spf-egress": /softfail for 198\.51\.100\.10 \(the smarthost smtp\.relay\.test\)/ }, RELAYED),
  inZone("no reverse name", without(/^--ptr-record=88\.100\.51\.198/), { fcrdns: /has no reverse name \(PTR\)/ }),
  inZone("a reverse name that does not lead back", (all) => [...without(/^--ptr-record=88\.100\.51\.198/)(all), "--ptr-record=88.100.51.198.in-addr.arpa,vps88.provider.test"], { fcrdns: /its reverse name vps88\.provider\.test does not lead back to it/ }),
  { name: "mail leaves from another address than somebody said", plant: (lab) => lab.internet.mirror.serve(mirrored("198.51.100.99")), heal: (lab) => lab.internet.mirror.serve(mirrored(PLACES.egress)), finds: { fcrdns: /has no reverse name/, "spf-egress": /softfail for 198\.51\.100\.99/ } },
  { name: "the edge's address on a blocklist", plant: (lab) => lab.resolver(lists(["--address=/25.113.0.203.bl.spamcop.net/127.0.0.2"])), heal: (lab) => lab.resolver(), finds: { dnsbl: /is on bl\.spamcop\.net \(127\.0\.0\.2\); it is the edge edge/ } },
  { name: "the sending address on a blocklist", plant: (lab) => lab.resolver(lists(["--address=/88.100.51.198.zen.spamhaus.org/127.0.0.11"])), heal: (lab) => lab.resolver(), finds: { dnsbl: /is on zen\.spamhaus\.org \(127\.0\.0\.11\); it is where mail leaves/ } },
  { name: "blocklists that refuse the mailbox's resolver", plant: (lab) => lab.resolver(lists().map((one) => one.replace(/\/2\.0\.0\.127\.(.*)\/.*/, "/$1/127.255.255.254"))), heal: (lab) => lab.resolver(), finds: { "dnsbl-resolver": /zen\.spamhaus\.org refuses the mailbox's resolver \(127\.255\.255\.254\)/ } },
  { name: "a resolver that hides blocklists", plant: (lab) => lab.resolver([]), heal: (lab) => lab.resolver(), finds: { "dnsbl-resolver": /does not know its own test address/ } },
];

/** The configuration with one change to its web server. */
const changed = (config: CaddyConfig, change: Parameters<typeof mutate>[1]): CaddyConfig => ({ ...config, apps: { layer4: { servers: { ...config.apps.layer4.servers, web: mutate(config.apps.layer4.servers.web, change) } } } });
let sibling: Running | undefined;

export const LINES: readonly Fault[] = [
  { name: "the mail server is down", plant: (lab) => lab.silence(), heal: (lab) => lab.serve(), finds: { banner: /closed without a word/ } },
  { name: "the policy has another mode", plant: (lab) => lab.serve({ policy: "version: STSv1\nmode: enforce\nmx: mail.one.test\nmax_age: 604800\n" }), heal: (lab) => lab.serve(), finds: { "mta-sts-policy": /has mode enforce, and MTA_STS_MODE is testing/ } },
  { name: "the policy forgets the MX", plant: (lab) => lab.serve({ policy: "version: STSv1\nmode: testing\nmx: old.one.test\nmax_age: 604800\n" }), heal: (lab) => lab.serve(), finds: { "mta-sts-policy": /does not allow the MX mail\.one\.test \(it has old\.one\.test\)/ } },
  { name: "a page in place of the policy", plant: (lab) => lab.serve({ policy: "welcome" }), heal: (lab) => lab.serve(), finds: { "mta-sts-policy": /is no policy/ } },
  { name: "everybody may relay", plant: (lab) => lab.serve({ settings: { mynetworks: "0.0.0.0/0, [::]/0", smtpd_relay_restrictions: "permit_mynetworks, reject" } }), heal: (lab) => lab.serve(), finds: { "open-relay": /takes mail from strangers for <relay-test@example\.com>/ } },
  {
    name: "the edge hands unknown names to the mailbox",
    plant: (lab) => lab.edge(changed(lab.stage.config, ({ routes }) => (routes[1].handle[0].upstreams = routes[0].handle[0].upstreams))),
    heal: (lab) => lab.edge(),
    finds: { "web-port-owner": /a name that is nobody's \(nobody\.invalid\) reaches the mailbox/ },
  },
  {
    name: "a second program on the HTTPS port",
    plant: async ({ stage: { world } }) => {
      const env = caddyEnvironment(join(world.folder, "sibling"));
      sibling = await world.edge.start(pathOf(NEEDS.caddy), ["respond", "--listen", ":443"], { log: join(world.folder, "sibling.log"), env });
      await world.edge.untilListening([443], sibling);
      for (;;) if ((await world.edge.must("ss", ["-Hltn", "sport = :443"])).trim().split("\n").length > 1) return;
    },
    heal: async () => sibling?.stop(),
    finds: { "web-port-owner": /another program listens there too/ },
    // It gets about every second connection.
    perhaps: ["banner", "certificate", "mta-sts-policy"],
  },
  { name: "a provider that blocks port 25", plant: (lab) => blocked(lab, PLACES.mx, true).then(() => undefined), heal: (lab) => blocked(lab, PLACES.mx, false), finds: { "outbound-25": /mx\.gmail\.test: .*(unreachable|No route)/i } },
  { name: "a wrong password at the smarthost", overrides: RELAYED, plant: async (lab) => (await lab.zone(undefined, RELAYED), { secret: (name) => (name === "STALWART_SMARTHOST_PASSWORD" ? "wrong-one" : SECRETS[name]) }), heal: (lab) => lab.zone(), finds: { "smarthost-login": /^refuses the login: 535 / } },
  { name: "a smarthost on a port that nobody serves", overrides: { ...RELAYED, STALWART_SMARTHOST: `${SMARTHOST.host}:2525` }, plant: (lab) => lab.zone(undefined, RELAYED), heal: (lab) => lab.zone(), finds: { "smarthost-login": /^does not answer the mailbox: / } },
  {
    name: "a smarthost under a name that its certificate lacks",
    overrides: { ...RELAYED, STALWART_SMARTHOST: PLACES.smarthost },
    plant: (lab) => lab.zone(undefined, { ...RELAYED, STALWART_SMARTHOST: PLACES.smarthost }),
    heal: (lab) => lab.zone(),
    finds: { "smarthost-login": /^offers no TLS that the mail server takes: / },
  },
];
