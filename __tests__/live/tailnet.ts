import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HEADSCALE_PORT, Headscale } from "./headscale";
import { Namespace } from "./namespace";
import { must, Running, run, until } from "./processes";
import { NEEDS, pathOf, type Need } from "./programs";
import { removeNamespace } from "./world";

const fromTools = (name: string, env: string): Need => ({ name, env, candidates: [join(__dirname, "../../tools/bin", name)], hint: "tools/build tailscale" });
export const TAILSCALED = fromTools("tailscaled", "TAILWART_TAILSCALED");
export const TAILSCALE = fromTools("tailscale", "TAILWART_TAILSCALE");
export const GITOPS_PUSHER = fromTools("gitops-pusher", "TAILWART_GITOPS_PUSHER");
export const TUN: Need = { name: "/dev/net/tun", optional: true, hint: "give the container the device", met: () => NEEDS.namespaces.met() && existsSync("/dev/net/tun") };

const HUB = "10.199.0.1";
/** What keeps a tailscaled quiet in a closed network, and its relay on plain HTTP. */
const CLOSED = { TS_NO_LOGS_NO_SUPPORT: "true", TS_DISABLE_PORTMAPPER: "1", TS_PANIC_IF_HIT_MAIN_CONTROL: "1", TS_DEBUG_USE_DERP_HTTP: "1", TS_ASSUME_NETWORK_UP_FOR_TEST: "1" };

/** A tailscaled in kernel mode, with a namespace of its own. */
export interface TailnetNode {
  readonly name: string;
  readonly namespace: Namespace;
  readonly address: string;
  /** of its tailscaled */
  readonly socket: string;
  /** its power goes: no goodbye to anybody */
  leave(): Promise<void>;
}

/** A real Headscale and real nodes, on one bridge in namespaces of their own. */
export class Tailnet {
  private constructor(
    readonly hub: Namespace,
    readonly headscale: Headscale,
    private readonly id: string,
    readonly folder: string,
    private readonly namespaces: string[],
  ) {}

  readonly url = `http://${HUB}:${HEADSCALE_PORT}`;
  private readonly running: Running[] = [];
  private nodes = 0;

  static async start(baseDomain: string): Promise<Tailnet> {
    const id = `tailwart-${process.pid}-${randomBytes(2).toString("hex")}`;
    const folder = mkdtempSync(join(tmpdir(), `tailwart-live-${process.pid}-`));
    const hub = await namespaceOf(`${id}-hub`);
    try {
      await must("ip", ["-n", hub.name, "link", "add", "lan", "type", "bridge"]);
      await must("ip", ["-n", hub.name, "addr", "add", `${HUB}/24`, "dev", "lan"]);
      await must("ip", ["-n", hub.name, "link", "set", "lan", "up"]);
      return new Tailnet(hub, await Headscale.start(baseDomain, { namespace: hub, address: HUB }), id, folder, [hub.name]);
    } catch (error) {
      await removeNamespace(hub.name);
      throw error;
    }
  }

  /** A node that joins with a key of a user, or of tags; `hostname` is the name that it asks for. */
  async join(name: string, key: readonly string[], hostname = name): Promise<TailnetNode> {
    const namespace = await namespaceOf(`${this.id}-${name}`);
    this.namespaces.push(namespace.name);
    const number = (this.nodes += 1);
    await must("ip", ["link", "add", "eth0", "netns", namespace.name, "type", "veth", "peer", "name", `n${number}`, "netns", this.hub.name]);
    await must("ip", ["-n", this.hub.name, "link", "set", `n${number}`, "master", "lan", "up"]);
    await must("ip", ["-n", namespace.name, "addr", "add", `10.199.0.${number + 10}/24`, "dev", "eth0"]);
    await must("ip", ["-n", namespace.name, "link", "set", "eth0", "up"]);
    await must("ip", ["-n", namespace.name, "route", "add", "default", "via", HUB]);
    const socket = join(this.folder, `${name}.sock`);
    const daemon = await namespace.start(pathOf(TAILSCALED), [`--statedir=${join(this.folder, name)}`, `--socket=${socket}`, "--tun=tailscale0"], { log: join(this.folder, `${name}.log`), env: CLOSED });
    this.running.push(daemon);
    const authkey = (await this.headscale.tell("preauthkeys", "create", ...key, "--reusable", "-e", "1h")).trim().split("\n").pop() ?? "";
    const ask = (...args: string[]) => run(pathOf(TAILSCALE), [`--socket=${socket}`, ...args], { timeoutMs: 40_000 });
    await until(`tailscaled of ${name}`, async () => daemon.alive && /NeedsLogin|Stopped|Logged out/.test((await ask("status")).stdout + (await ask("status", "--json")).stdout), { detail: () => daemon.output().slice(-2000) });
    const up = await ask("up", `--login-server=${this.url}`, `--authkey=${authkey}`, `--hostname=${hostname}`, "--timeout=30s");
    if (up.code !== 0) throw new Error(`tailscale up in ${name}: ${up.stderr}${up.stdout}\n${daemon.output().slice(-2000)}`);
    return { name, namespace, address: (await ask("ip", "-4")).stdout.trim(), socket, leave: () => daemon.stop("SIGKILL") };
  }

  async close(): Promise<void> {
    for (const daemon of this.running) await daemon.stop("SIGKILL");
    await this.headscale.stop();
    for (const name of this.namespaces) await removeNamespace(name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function namespaceOf(name: string): Promise<Namespace> {
  mkdirSync(join("/etc/netns", name), { recursive: true });
  writeFileSync(join("/etc/netns", name, "resolv.conf"), "nameserver 127.0.0.1\n");
  await must("ip", ["netns", "add", name]);
  await must("ip", ["-n", name, "link", "set", "lo", "up"]);
  return new Namespace(name);
}
