import type { EdgeGround, Ground } from "./ground";
import { targetsOf } from "../site/targets";
import type { Target } from "../site/talk";
import { CannotAsk } from "./check";
import { Dialog } from "./dialog";
import { shakeHands, type Shown } from "./handshake";
import { NoTls, startTls } from "./starttls";

/** One line of one edge under one name, and what it showed there. */
export interface Seen {
  readonly where: string;
  readonly name: string;
  /** absent when it greets and then refuses TLS, for the reason in `refused` */
  readonly shown?: Shown;
  readonly refused?: string;
}

const known = new WeakMap<Ground, Promise<readonly PromiseSettledResult<Seen>[]>>();

/** Each TLS line of each edge, HTTPS once for each of its names; asked once, however many checks want it. */
export function certificatesOf(ground: Ground): Promise<readonly PromiseSettledResult<Seen>[]> {
  const found = known.get(ground) ?? Promise.allSettled(ground.edges.flatMap((edge) => questions(ground).map((target) => look(ground, edge, target))));
  known.set(ground, found);
  return found;
}

/** Every name of HTTPS, and every other line under the mail host's name. */
function questions({ wire, deployment }: Ground): Target[] {
  return targetsOf(wire, deployment.hostname).flatMap((target) => {
    const names = wire.routes.find(({ line }) => line === target.line)?.sni ?? [deployment.hostname];
    return names.map((servername) => ({ ...target, servername }));
  });
}

/** One port of an edge is asked by one at a time. */
export const lineKey = ({ site }: EdgeGround, port: number): string => `${site.ipv4} ${port}`;

/** Whoever just hangs up counts as an attacker after a while. */
const GOODBYES: Partial<Record<Target["protocol"], string>> = { smtp: "QUIT", imap: "a2 LOGOUT", pop3: "QUIT", manageSieve: "LOGOUT" };

async function look(ground: Ground, edge: EdgeGround, { line, port, protocol, tls, servername: name }: Target): Promise<Seen> {
  const way = await ground.outside(edge);
  const where = protocol === "http" ? `${name} at ${edge.site.ipv4}:${port}` : `${line} ${edge.site.ipv4}:${port}`;
  return ground.politely(lineKey(edge, port), async () => {
    const stream = way.open(edge.site.ipv4, port).on("error", () => undefined);
    try {
      if (!tls) await startTls(stream, protocol);
      const { socket, shown } = await shakeHands(stream, { servername: name, authorities: ground.authorities });
      const goodbye = GOODBYES[protocol];
      if (goodbye !== undefined) {
        const dialog = new Dialog(socket, 5);
        // With TLS from the first byte the greeting comes now, and who talks before it is taken for a spammer.
        if (tls) await dialog.answer(/\n/).catch(() => undefined);
        await dialog.leave(goodbye);
      }
      return { where, name, shown };
    } catch (error) {
      if (error instanceof NoTls) return { where, name, refused: error.message };
      throw new CannotAsk(`${where}: ${(error as Error).message}; npm run doctor -- --only banner`);
    } finally {
      stream.destroy();
    }
  });
}
