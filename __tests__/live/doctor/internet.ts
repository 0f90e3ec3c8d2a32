import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MIRROR } from "../../../lib/doctor/egress";
import { must, type Running } from "../processes";
import { startDovecot } from "../receivers/dovecot";
import { startPostfix } from "../receivers/postfix";
import type { Receiver } from "../receivers/seen";
import type { World } from "../world";
import { Authority } from "./authority";
import { NameServer } from "./name-server";

/** Documentation addresses (RFC 5737) in the client's namespace, where the mailbox's own internet connection ends. */
export const PLACES = { egress: "198.51.100.88", mx: "198.51.100.1", smarthost: "198.51.100.10", web: "198.51.100.20" } as const;
export const SMARTHOST = { host: "smtp.relay.test", user: "user", password: "a password" } as const;
/** Web services whose answers a file has. */
const WEB = ["spaceship.dev", "api.certspotter.com", "ca.test"];

export type Answers = Readonly<Record<string, { readonly status?: number; readonly body: unknown; readonly needs?: Readonly<Record<string, string>>; readonly otherwise?: { readonly status: number; readonly json: unknown } }>>;

/** What the mailbox finds outside: who it is seen as, a large provider, a smarthost, web services. */
export class Internet {
  private constructor(
    readonly mirror: NameServer,
    readonly file: string,
    private readonly parts: readonly (Receiver | Running)[],
  ) {}

  static async make(world: World, authority: Authority): Promise<Internet> {
    const folder = join(world.folder, "internet");
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    for (const address of [MIRROR.ipv4, ...Object.values(PLACES)]) await world.client.addAddress("lo", address, 32);
    await must("ip", ["netns", "exec", world.edge.name, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
    await must("ip", ["-n", world.mailbox.name, "route", "add", "default", "via", "100.64.0.1"]);
    await must("ip", ["-n", world.edge.name, "route", "add", "default", "via", "203.0.113.7"]);
    await must("ip", ["-n", world.client.name, "route", "add", "100.64.0.0/10", "via", "203.0.113.25"]);
    const mirror = new NameServer({ namespace: world.client, address: MIRROR.ipv4, port: 53, folder, name: "mirror" });
    await mirror.serve(mirrored(PLACES.egress));
    const certificate = await authority.issue({ names: [SMARTHOST.host] });
    const logins = await startDovecot(world.client, { folder, listeners: [], certificate, trusted: "127.0.0.1/32" });
    const line = { protocol: "smtp", proxy: "none" } as const;
    const listeners = [
      { ...line, line: "smtp", port: 25, tls: "starttls" },
      { ...line, line: "submission", port: 587, tls: "starttls" },
    ] as const;
    const mail = await startPostfix(world.client, { folder, listeners, certificate, domain: "relay.test", mailboxes: logins.mailboxes });
    const web = await authority.issue({ names: WEB });
    const file = join(folder, "answers.json");
    writeFileSync(file, "{}");
    const services = await world.client.start(process.execPath, [join(__dirname, "services.js"), PLACES.web, "443", file, web.key, web.cert], { log: join(folder, "services.log") });
    await world.client.untilListening([443], services);
    return new Internet(mirror, file, [logins, mail, services]);
  }

  answer(answers: Answers): void {
    writeFileSync(this.file, JSON.stringify(answers));
  }
  async stop(): Promise<void> {
    await this.mirror.stop();
    await Promise.all(this.parts.map((one) => one.stop()));
  }
}

export const mirrored = (address: string): string[] => [`--txt-record=${MIRROR.name},${address}`];
/** What the mailbox' own resolver knows of it. */
export const OUTSIDE_NAMES = [`--address=/mx.gmail.test/${PLACES.mx}`, `--address=/${SMARTHOST.host}/${PLACES.smarthost}`, ...WEB.map((name) => `--address=/${name}/${PLACES.web}`)];
