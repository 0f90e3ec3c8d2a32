import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Running, until } from "./processes";
import { NEEDS, pathOf } from "./programs";
import type { Namespace } from "./world";

/** Name to addresses; as with MagicDNS, a name without an IPv6 address has none. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** The resolver of one namespace (its resolv.conf names 127.0.0.1). What it answers can change while it runs. */
export class Resolver {
  private reads = 0;

  private constructor(
    private readonly hosts: string,
    private readonly running: Running,
  ) {}

  /** @param more options of dnsmasq for records that are no addresses */
  static async start(namespace: Namespace, folder: string, answers: Answers, more: readonly string[] = []): Promise<Resolver> {
    const hosts = join(folder, "hosts");
    writeFileSync(hosts, text(answers));
    const running = await namespace.start(
      pathOf(NEEDS.dnsmasq),
      [
        ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--log-facility=-"],
        ...["--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts", "--local=/#/", `--addn-hosts=${hosts}`],
        ...more,
      ],
      { log: join(folder, "dnsmasq.log") },
    );
    const resolver = new Resolver(hosts, running);
    await resolver.untilRead();
    return resolver;
  }

  /** From now on these are the answers, and the old ones are gone. */
  async answer(answers: Answers): Promise<void> {
    writeFileSync(this.hosts, text(answers));
    this.running.kill("SIGHUP");
    await this.untilRead();
  }

  private async untilRead(): Promise<void> {
    const wanted = ++this.reads;
    await until("the resolver to read its names", () => this.running.output().split(`read ${this.hosts}`).length > wanted, {
      detail: () => this.running.output(),
    });
  }
}

const text = (answers: Answers): string =>
  Object.entries(answers)
    .flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}\n`))
    .join("");
