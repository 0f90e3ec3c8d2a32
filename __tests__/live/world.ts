import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace } from "./namespace";
import { must, run, until } from "./processes";

export { Namespace } from "./namespace";

/** Addresses kept for documentation (RFC 5737, RFC 3849) as the internet, and of the range that tailnets use (RFC 6598). */
export const ADDRESSES = {
  client4: "203.0.113.7",
  client6: "2001:db8:1::7",
  edge4: "203.0.113.25",
  edge6: "2001:db8:1::25",
  /** the edge, as the mailbox sees it */
  edgeTailnet: "100.64.0.1",
  mailbox: "100.64.0.2",
  /** free: what a mailbox gets that registers again */
  mailboxAgain: "100.64.0.3",
} as const;

const PREFIX = "tailwart";
const ETC = "/etc/netns";

/** Client, edge and mailbox: three network namespaces, joined by an "internet" and a "tailnet". */
export interface World {
  readonly client: Namespace;
  readonly edge: Namespace;
  readonly mailbox: Namespace;
  /** for everything that programs write; other users may pass through it */
  readonly folder: string;
  /** Ends every program in the namespaces and removes all that was made. */
  close(): Promise<void>;
}

/** Ends every program in it and removes it. */
export async function removeNamespace(name: string): Promise<void> {
  await until(`programs in ${name} to end`, async () => {
    const { stdout } = await run("ip", ["netns", "pids", name]);
    const pids = stdout.split(/\s+/).filter(Boolean).map(Number);
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended by itself
      }
    }
    return pids.length === 0;
  });
  await run("ip", ["netns", "del", name]);
  rmSync(join(ETC, name), { recursive: true, force: true });
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes what runs left behind that were killed: everything that carries the number of a process that is gone. */
async function removeStale(): Promise<void> {
  const ofDead = (name: string): boolean => {
    const pid = new RegExp(`^${PREFIX}-(?:live-)?(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !lives(Number(pid));
  };
  const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter(ofDead) : []);
  for (const name of list("/run/netns")) await removeNamespace(name);
  for (const name of list(ETC)) rmSync(join(ETC, name), { recursive: true, force: true });
  for (const name of list(tmpdir())) rmSync(join(tmpdir(), name), { recursive: true, force: true });
}

/** Makes the world of one test file; call `close` in `afterAll`. */
export async function makeWorld(): Promise<World> {
  await removeStale();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}-live-${process.pid}-`));
  chmodSync(folder, 0o755);
  const id = `${PREFIX}-${process.pid}-${randomBytes(2).toString("hex")}`;
  const [client, edge, mailbox] = ["client", "edge", "mailbox"].map((role) => new Namespace(`${id}-${role}`));
  const all = [client, edge, mailbox];
  const world: World = {
    client,
    edge,
    mailbox,
    folder,
    close: async () => {
      for (const one of all) await removeNamespace(one.name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (const one of all) {
      await must("ip", ["netns", "add", one.name]);
      await must("ip", ["-n", one.name, "link", "set", "lo", "up"]);
      // No name is looked up in the machine's own network; a test that wants names runs a resolver there.
      mkdirSync(join(ETC, one.name), { recursive: true });
      writeFileSync(join(ETC, one.name, "resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
    }
    await link("wan", 1500, client, edge);
    await link("tailnet", 1280, edge, mailbox); // Tailscale's MTU
    await client.addAddress("wan", ADDRESSES.client4, 24);
    await client.addAddress("wan", ADDRESSES.client6, 64);
    await edge.addAddress("wan", ADDRESSES.edge4, 24);
    await edge.addAddress("wan", ADDRESSES.edge6, 64);
    await edge.addAddress("tailnet", ADDRESSES.edgeTailnet, 10);
    await mailbox.addAddress("tailnet", ADDRESSES.mailbox, 10);
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function link(device: string, mtu: number, one: Namespace, other: Namespace): Promise<void> {
  await must("ip", ["link", "add", device, "netns", one.name, "type", "veth", "peer", "name", device, "netns", other.name]);
  for (const { name } of [one, other]) await must("ip", ["-n", name, "link", "set", device, "mtu", String(mtu), "up"]);
}
