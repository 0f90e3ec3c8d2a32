import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { guardOf } from "../../../lib/mailbox/guard";
import type { Wire } from "../../../lib/wire";
import { until, type Running } from "../processes";
import type { Namespace } from "../world";

/** A peer as the mailbox's tailscaled would show it. */
export interface Peer {
  readonly name: string;
  readonly address: string;
  readonly tag?: string;
}

/** The real guard in a namespace without tailscaled: its `tailscale` shows the peers that the test says. */
export class Guard {
  private constructor(
    private readonly folder: string,
    private readonly running: Running,
    private readonly place: (mark: string) => void,
  ) {}

  /** @param place puts the guard's mark where the mail server looks for it */
  static async start(namespace: Namespace, parent: string, wire: Wire, place: (mark: string) => void): Promise<Guard> {
    const folder = join(parent, "guard");
    mkdirSync(join(folder, "netns"), { recursive: true });
    writeFileSync(join(folder, "netns/id"), "any\n");
    writeFileSync(join(folder, "status"), "");
    writeFileSync(join(folder, "tailscale"), `#!/bin/sh\ncat ${join(folder, "status")}\n`, { mode: 0o755 });
    copyFileSync(join(__dirname, "../../../lib/mailbox/guard.sh"), join(folder, "guard.sh"));
    const env = { ...guardOf(wire).environment, NETNS: join(folder, "netns"), WORK: join(folder, "work"), TAILSCALE: join(folder, "tailscale"), DEVICE: "tailnet", BEAT: "0.3" };
    return new Guard(folder, await namespace.start("sh", [join(folder, "guard.sh")], { log: join(parent, "guard.log"), env }), place);
  }

  /** The tailnet has these peers from now on; done when the guard has taken it in. */
  async tell(peers: readonly Peer[]): Promise<void> {
    const peer = ({ name, address, tag }: Peer): object => ({ DNSName: `${name}.`, TailscaleIPs: [address], ...(tag === undefined ? {} : { Tags: [tag] }) });
    const status = { BackendState: "Running", Peer: Object.fromEntries(peers.map((one, index) => [`nodekey:${index}`, peer(one)])) };
    writeFileSync(join(this.folder, "status"), `${JSON.stringify(status, null, 2)}\n`);
    const edges = peers.filter(({ tag }) => tag !== undefined).map(({ name, address }) => `${name} ${address}`).sort();
    const mark = (): string => {
      try {
        return readFileSync(join(this.folder, "netns/guard"), "utf8");
      } catch {
        return "";
      }
    };
    await until("the guard to know the tailnet", () => mark().trim() === ["any", ...edges].join("\n"), { detail: () => this.running.output() });
    this.place(mark());
  }
}
