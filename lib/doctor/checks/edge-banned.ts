import { within } from "../addresses";
import type { Check, Finding } from "../check";
import { closesAtOnce, edgeAddresses } from "../edge-line";
import { notStalwart, stalwartOf, type StalwartObject } from "../stalwart";

const active = (now: Date) => ({ expiresAt }: StalwartObject): boolean => typeof expiresAt !== "string" || Date.parse(expiresAt) > now.getTime();
const address = (one: StalwartObject): string => String(one.address);

/** Bans that hold: those that are not over, and whose address is not on the allow-list. */
export function bansOn(mine: readonly string[], blocked: readonly StalwartObject[], allowed: readonly StalwartObject[], now: Date): { readonly ip: string; readonly ban: StalwartObject }[] {
  const free = allowed.filter(active(now)).map(address);
  return mine.flatMap((ip) => (within(ip, free) ? [] : blocked.filter(active(now)).filter((one) => within(ip, [address(one)])).map((ban) => ({ ip, ban }))));
}

export const edgeBanned: Check = {
  name: "edge-banned",
  proves: "no address of an edge is banned by the mail server",
  from: "mailbox",
  severity: "error",
  symptom: "mail flows, but HTTPS, or the administration through the edge, accepts a connection and closes it; a phone on the tailnet gets through",
  cause: "bans count the edge's own address where no PROXY header crosses: somebody's wrong passwords, or a probe that hung up, are the edge's",
  fix: "web interface, Settings, Security, Blocked IPs: delete it; npm run deploy puts the edges on the allow-list; WEB_PROXY_PROTOCOL=true bans only the stranger",
  lesson: "3-the-edge-that-was-locked-out",
  seconds: 25,
  needless: notStalwart,
  async run(ground) {
    const api = await stalwartOf(ground);
    const [blocked, allowed] = [await api.list("BlockedIp"), await api.list("AllowedIp")];
    const found = ground.edges.map(async (edge): Promise<Finding[]> => {
      const bans = bansOn(await edgeAddresses(ground, edge), blocked, allowed, ground.now());
      if (bans.length === 0) return [];
      const closed = await closesAtOnce(ground, edge);
      return bans.map(({ ip, ban }) => ({
        where: `edge ${edge.site.name}`,
        what: `${ip} is banned (${address(ban)}, ${String(ban.reason ?? "no reason given")}, until ${typeof ban.expiresAt === "string" ? ban.expiresAt : "somebody lifts it"})${closed === undefined ? "" : `; ${closed}`}`,
        key: `banned ${address(ban)}`,
      }));
    });
    return (await Promise.all(found)).flat();
  },
};
