import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LISTS } from "../../../lib/doctor/blocklists";
import type { Ground } from "../../../lib/doctor/ground";
import { dataOf, dnsRecords, lookupAt, mtaStsPolicy, type DnsRecord } from "../../../lib/dns";
import { Engine } from "../../../lib/site/engine";
import { fromContainer, type Way } from "../../../lib/site/tunnel";
import { deployment } from "../../deployment";
import { startCaddy } from "../caddy";
import type { Certificate } from "../certificates";
import { makeStage, type Stage } from "../edge/stage";
import { must, until, type Running } from "../processes";
import { NEEDS, pathOf, type Need } from "../programs";
import { startDovecot } from "../receivers/dovecot";
import { startNginx } from "../receivers/nginx";
import { startPostfix } from "../receivers/postfix";
import type { Receiver } from "../receivers/seen";
import { ADDRESSES, type Namespace, type World } from "../world";
import { Authority } from "./authority";
import { shellOf, testGround } from "./ground";
import { Internet, OUTSIDE_NAMES, PLACES, SMARTHOST, type Answers } from "./internet";
import { freePort, NameServer } from "./name-server";

export const ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/1";
export const KEY = { name: "v1-ed25519-20300101._domainkey.one.test", text: "v=DKIM1; k=ed25519; h=sha256; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" };
export const DIRECT = { EDGE_IPV4: ADDRESSES.edge4, MAIL_EGRESS: PLACES.egress, STALWART_ACME_PROVIDER: "spaceship", WEB_NAMES: "mta-sts,autoconfig,mail" };
/** The same with a smarthost. */
export const RELAYED = { ...DIRECT, MAIL_EGRESS: "", STALWART_SMARTHOST: SMARTHOST.host, STALWART_SMARTHOST_USER: SMARTHOST.user, STALWART_SMARTHOST_PASSWORD: SMARTHOST.password };
export const SECRETS: Readonly<Record<string, string>> = { STALWART_ACME_KEY: "dns-key-1", STALWART_ACME_TOKEN: "dns-secret-1", STALWART_ADMIN_PASSWORD: "Adm1n-0123", STALWART_SMARTHOST_PASSWORD: SMARTHOST.password };

/** Connections that start in a namespace: as `docker -H HOST exec -i NAME nc HOST PORT` opens one in a container. */
export function inNamespace({ folder }: Pick<World, "folder">, { name }: Namespace): Way & { readonly path: string } {
  const bin = join(folder, "bin");
  if (!existsSync(bin)) {
    mkdirSync(bin);
    for (const applet of APPLETS) symlinkSync(pathOf(BUSYBOX), join(bin, applet));
    writeFileSync(join(bin, "docker"), `#!/bin/sh\nexec ip netns exec "$5" ${join(bin, "nc")} "$7" "$8"\n`, { mode: 0o755 });
  }
  const path = `${bin}:${process.env.PATH}`;
  return { ...fromContainer("", name, name, { ...process.env, PATH: path }), path };
}

/** Its applets stand for what the sidecar's image has. */
export const BUSYBOX: Need = { name: "busybox", hint: "apt-get install busybox" };
const APPLETS = ["nslookup", "wget", "nc"];

/** A record as dnsmasq's options have it; an address without the PTR that --host-record would bring along. */
function option(record: DnsRecord): string {
  const { name, type } = record;
  if (type === "A" || type === "AAAA") return `--address=/${name}/${record.address}`;
  if (type === "MX") return `--mx-host=${name},${record.exchange},${record.priority}`;
  if (type === "SRV") return `--srv-host=${name},${record.target},${record.port},${record.priority},${record.weight}`;
  if (type === "CAA") return `--caa-record=${name},${record.flags},${record.tag},${record.value}`;
  if (type === "PTR") return `--ptr-record=${name},${record.target}`;
  return `--txt-record=${name},${dataOf(record)}`;
}

export interface Served {
  readonly certificate?: Certificate;
  /** of MTA-STS */
  readonly policy?: string;
  /** of Postfix */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A deployment of which nothing is wrong: the real edge, real servers behind it, a name server with its zone, and an internet. */
export class Lab {
  private readonly receivers: Receiver[] = [];
  private caddy?: Running;

  private constructor(
    readonly stage: Stage,
    readonly authority: Authority,
    readonly internet: Internet,
    readonly publicNames: NameServer,
    readonly mailboxNames: NameServer,
    private readonly port: number,
    readonly certificate: Certificate,
    /** the certificate's files, which the servers read */
    private readonly files: Certificate,
  ) {}

  static async make(): Promise<Lab> {
    const stage = await makeStage(DIRECT);
    const { world } = stage;
    const authority = await Authority.make(world.folder);
    const internet = await Internet.make(world, authority);
    const port = await freePort();
    const names = [...new Set(["mail.one.test", ...stage.wire.routes.flatMap(({ sni = [] }) => sni)])];
    const certificate = await authority.issue({ names });
    const file = (end: string): string => join(world.folder, `served.${end}`);
    const files = { subject: "mail.one.test", cert: file("crt"), key: file("key"), both: file("pem") };
    const folder = world.folder;
    const lab = new Lab(stage, authority, internet, new NameServer({ address: "127.0.0.1", port, folder, name: "world" }), new NameServer({ namespace: world.mailbox, address: "127.0.0.1", port: 53, folder, name: "mailbox" }), port, certificate, files);
    await lab.serve();
    await lab.zone();
    await lab.resolver();
    const web = await authority.issue({ names: ["www.web.test"] });
    await startNginx(world.edge, { folder: join(folder, "web"), listen: stage.wire.fallback?.dial ?? "", certificate: web, proxyProtocol: false, page: "the web server" });
    await lab.edge();
    lab.answers();
    const admin = await world.mailbox.start(process.execPath, [join(__dirname, "services.js"), "127.0.0.1", "8080", internet.file], { log: join(folder, "admin.log") });
    await world.mailbox.untilListening([8080], admin);
    return lab;
  }

  /** The mailbox' servers, with a certificate of whatever worth and a policy. */
  async serve({ certificate = this.certificate, policy = mtaStsPolicy(deployment(DIRECT)) ?? "", settings }: Served = {}): Promise<void> {
    await this.silence();
    const { world, mail, wire } = this.stage;
    for (const end of ["cert", "key", "both"] as const) copyFileSync(certificate[end], this.files[end]);
    const props = { folder: world.folder, certificate: this.files };
    const speaking = (protocol: string) => mail.filter((one) => one.protocol === protocol && wire.routes.some(({ line }) => line === one.line));
    const dovecot = await startDovecot(world.mailbox, { ...props, listeners: speaking("imap"), trusted: `${ADDRESSES.edgeTailnet}/32` });
    const postfix = await startPostfix(world.mailbox, { ...props, listeners: speaking("smtp"), domain: "one.test", mailboxes: dovecot.mailboxes, settings });
    const nginx = await startNginx(world.mailbox, { folder: join(world.folder, "https"), listen: "443", certificate: this.files, proxyProtocol: false, page: policy });
    this.receivers.push(dovecot, postfix, nginx);
  }
  async silence(): Promise<void> {
    await Promise.all(this.receivers.splice(0).map((one) => one.stop()));
    const { world, wire } = this.stage;
    // Postfix' servers outlive their master for a moment, with its sockets and its settings.
    for (const { port } of wire.routes) await until(`port ${port} to be free`, async () => !(await world.mailbox.listening(port)), { timeoutMs: 20_000 });
  }

  async edge(config = this.stage.config): Promise<void> {
    await this.caddy?.stop();
    this.caddy = await startCaddy(this.stage.world, config);
  }

  /** What the world's resolvers say: everything that is wanted, as changed. */
  async zone(change: (records: readonly string[]) => readonly string[] = (records) => records, overrides: Readonly<Record<string, string>> = DIRECT): Promise<void> {
    const plan = dnsRecords(deployment(overrides), this.stage.wire, { caaAccounts: [ACCOUNT], dkim: [KEY] });
    const records = [...plan.host.records, ...plan.domains.flatMap((one) => one.records), ...plan.reverse].map(option);
    const others = ["--mx-host=gmail.com,mx.gmail.test,5", `--address=/${SMARTHOST.host}/${PLACES.smarthost}`, ...lists()];
    await this.publicNames.serve([...change(records), ...others]);
  }

  /** What the mailbox' own resolver says. */
  resolver(more: readonly string[] = lists()): Promise<void> {
    const { wire } = this.stage;
    return this.mailboxNames.serve([`--address=/${wire.edges[0].host}/${ADDRESSES.edgeTailnet}`, ...OUTSIDE_NAMES, ...more]);
  }

  /** What web services and the mail server's administration say. */
  answers(more: Answers = {}): void {
    const key = { "x-api-key": SECRETS.STALWART_ACME_KEY, "x-api-secret": SECRETS.STALWART_ACME_TOKEN };
    const refusal = { status: 401, json: { code: "application.unauthorized", detail: "Unauthorized" } };
    this.internet.answer({
      "spaceship.dev /api/v1/dns/records/one.test": { body: { items: [], total: 0 }, needs: key, otherwise: refusal },
      "api.certspotter.com /v1/issuances": { body: [issuance(3, ["mail.one.test"])] },
      "x:SystemSettings/get": { body: [{ id: "singleton" }] },
      "x:Domain/get": { body: [domain({ mail: true, "mta-sts": true })] },
      "x:AcmeProvider/get": { body: [acme("Dns01", ACCOUNT)] },
      ...more,
    });
  }

  ground(overrides: Readonly<Record<string, string | undefined>> = DIRECT, doors: Partial<Ground> = {}): Ground {
    const { client, edge, mailbox } = this.stage.world;
    const way = (namespace: Namespace) => inNamespace(this.stage.world, namespace);
    const shell = (namespace: Namespace) => shellOf(namespace.name, ["ip", "netns", "exec", namespace.name, "env", `PATH=${way(namespace).path}`, `CURL_CA_BUNDLE=${this.authority.rootFile}`], way(namespace));
    const container = (name: string) => ({ ...shell(mailbox), container: name, engine: new Engine("unix:///nobody") });
    const resolvers = `127.0.0.1:${this.port}`;
    const ground = testGround({ ...overrides, DNS_RESOLVERS: resolvers });
    // One after the other as in earnest, and without the pauses that would make a table of faults long.
    const turns = new Map<string, Promise<unknown>>();
    return {
      ...ground,
      secret: (name) => SECRETS[name],
      ownLookup: lookupAt([resolvers]),
      authorities: [this.authority.root],
      edges: [{ site: ground.deployment.edges[0], node: ground.wire.edges[0], shell: shell(edge) }],
      server: container("server"),
      sidecar: container("sidecar"),
      here: way(client),
      outside: () => Promise.resolve(way(client)),
      politely: (key, work) => {
        const result = (turns.get(key) ?? Promise.resolve()).then(work);
        turns.set(key, result.catch(() => undefined));
        return result;
      },
      http: (url, { headers = {} } = {}) => this.fetch(url, headers),
      ...doors,
    };
  }

  private async fetch(url: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; headers: Headers; body: string }> {
    const { host } = new URL(url);
    const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const text = await this.stage.world.client.must(pathOf(NEEDS.curl), ["-sS", "--cacert", this.authority.rootFile, "--resolve", `${host}:443:${PLACES.web}`, "-w", "\n%{http_code}", ...given, url]);
    const [, body, status] = /^(.*)\n(\d+)$/s.exec(text) ?? [];
    return { status: Number(status), headers: new Headers(), body };
  }

  async close(): Promise<void> {
    await this.publicNames.stop();
    await this.stage.world.close();
  }
}

/** Blocklists that have nothing but their test point. */
export const lists = (more: readonly string[] = []): string[] => [...LISTS.map((list) => `--address=/2.0.0.127.${list}/127.0.0.2`), ...more];

/** As certspotter writes it (sslmate.com/help/reference/ct_search_api_v1). */
export const issuance = (daysAgo: number, names: readonly string[], id = "1"): unknown => ({
  ...{ id, tbs_sha256: "0", cert_sha256: "0", dns_names: names, pubkey_sha256: "0", revoked: false },
  issuer: { friendly_name: "Let's Encrypt", name: "C=US, O=Let's Encrypt, CN=E6", operator: { name: "ISRG", website: "https://www.abetterinternet.org/" } },
  not_before: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
  not_after: new Date(Date.now() + (90 - daysAgo) * 86_400_000).toISOString(),
});
/** As Stalwart 0.16 gives them. */
export const domain = (subjectAlternativeNames: Readonly<Record<string, boolean>>): unknown => ({ id: "b", name: "one.test", dnsZoneFile: `${KEY.name}. IN TXT "${KEY.text}"\n`, certificateManagement: { "@type": "Automatic", acmeProviderId: "c", subjectAlternativeNames } });
export const acme = (challengeType: string, accountUri: string): unknown => ({ id: "c", directory: "https://acme-v02.api.letsencrypt.org/directory", challengeType, contact: { "postmaster@one.test": true }, accountUri });

/** A network that refuses a way out, as a provider's firewall does. */
export const blocked = async ({ stage: { world } }: Lab, address: string, on: boolean): Promise<unknown> => must("ip", ["-n", world.mailbox.name, "route", on ? "add" : "del", "unreachable", `${address}/32`]);
