import { createSocket } from "node:dgram";
import { join } from "node:path";
import { Running, sleep, until } from "../processes";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";

export interface NameServerProps {
  /** where it runs @default this machine */
  readonly namespace?: Namespace;
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  readonly name: string;
}

/** A free port of UDP on this machine's loopback. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4").once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

/** dnsmasq with exactly these records, which can be others from one moment to the next; every other name is not there. */
export class NameServer {
  private running?: Running;
  private starts = 0;

  constructor(private readonly props: NameServerProps) {}

  async serve(records: readonly string[]): Promise<void> {
    const { namespace, address, port, folder, name } = this.props;
    await this.stop();
    const args = [
      ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--log-facility=-"],
      ...[`--listen-address=${address}`, `--port=${port}`, "--bind-interfaces", "--no-resolv", "--no-hosts", "--local=/#/"],
      ...records,
    ];
    const log = join(folder, `names-${name}-${++this.starts}.log`);
    const running = await (namespace === undefined ? Running.start(pathOf(NEEDS.dnsmasq), args, { log }) : namespace.start(pathOf(NEEDS.dnsmasq), args, { log }));
    this.running = running;
    await until(`the name server ${name}`, () => {
      if (!running.alive) throw new Error(running.output());
      return running.output().includes("started");
    });
    await sleep(20);
  }

  async stop(): Promise<void> {
    await this.running?.stop("SIGKILL");
  }
}
