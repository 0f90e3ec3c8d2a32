import { caddyConfig, type CaddyConfig } from "../../../lib/edge/caddy";
import { MAIL_LINES, type Listener, type Wire } from "../../../lib/wire";
import { wireOf } from "../../deployment";
import { makeCertificate, type Certificate } from "../certificates";
import { Resolver } from "../dns";
import { NEEDS } from "../programs";
import { ADDRESSES, makeWorld, type World } from "../world";

/** What every test of the edge needs. */
export const EDGE_NEEDS = [NEEDS.namespaces, NEEDS.ip, NEEDS.ss, NEEDS.caddy, NEEDS.dnsmasq, NEEDS.openssl];

/** Every mail line is public. */
export const ALL_LINES = { PUBLIC_LINES: MAIL_LINES.join(",") };
export const HOST = "mail.one.test";

/** A world with a wire, whose mailbox has its name and address, but in which nothing listens yet. */
export interface Stage {
  readonly world: World;
  readonly wire: Wire;
  /** the mailbox's end of the mail lines */
  readonly mail: readonly Listener[];
  /** the edge's configuration as it is synthesized */
  readonly config: CaddyConfig;
  readonly resolver: Resolver;
  /** the mailbox's */
  readonly certificate: Certificate;
}

export async function makeStage(overrides: Readonly<Record<string, string>>): Promise<Stage> {
  const wire = wireOf(overrides);
  const world = await makeWorld();
  try {
    const names = [HOST, ...wire.routes.flatMap(({ sni = [] }) => sni)];
    return {
      world,
      wire,
      mail: wire.listeners.filter(({ line }) => (MAIL_LINES as readonly string[]).includes(line)),
      config: caddyConfig(wire),
      resolver: await Resolver.start(world.edge, world.folder, { [wire.mailbox.host]: [ADDRESSES.mailbox] }),
      certificate: await makeCertificate(world.folder, HOST, names),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}
