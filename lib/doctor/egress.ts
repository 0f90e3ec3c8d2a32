import { isIP, isIPv6 } from "node:net";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";

/** Where mail leaves when it goes direct. */
export interface Egress {
  readonly addresses: readonly string[];
  /** in words: who said so */
  readonly from: string;
}

/** A name server that answers with the address that asks it (Google's authoritative ns1). */
export const MIRROR = { name: "o-o.myaddr.l.google.com", ipv4: "216.239.32.10", ipv6: "2001:4860:4802:32::a" };
/** The same over HTTPS, where UDP is caught by a firewall. */
export const WEB_MIRROR = "https://checkip.amazonaws.com";

const known = new WeakMap<Ground, Promise<Egress>>();

/** Asked once, however many checks want it. @throws CannotAsk */
export function egressOf(ground: Ground): Promise<Egress> {
  const found = known.get(ground) ?? find(ground);
  known.set(ground, found);
  return found;
}

/** One spelling for one address. */
export const canonical = (address: string): string => (isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address);

const addressesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, one]) => one.trim()).filter((one) => isIP(one) !== 0).map(canonical);

async function inside({ sidecar }: Ground): Promise<string[]> {
  const asked = await Promise.all([MIRROR.ipv4, MIRROR.ipv6].map((server) => sidecar.exec(["nslookup", "-type=txt", MIRROR.name, server], { seconds: 6 })));
  const said = asked.flatMap(({ stdout }) => addressesIn(stdout, /text = "([^"]+)"/g));
  if (said.length > 0) return [...new Set(said)];
  return addressesIn((await sidecar.exec(["wget", "-q", "-T", "5", "-O", "-", WEB_MIRROR], { seconds: 7 })).stdout, /^(\S+)$/gm);
}

/** From the mailbox's own namespace; before it is there, from its host when that is this machine; else what the contract says. */
async function find(ground: Ground): Promise<Egress> {
  const { mailbox, dns } = ground.deployment;
  const seen = await inside(ground);
  if (seen.length > 0) return { addresses: seen, from: "as the world sees the mailbox" };
  const told = (dns.egress ?? []).filter((one) => isIP(one) !== 0).map(canonical);
  if (told.length > 0) return { addresses: told, from: "MAIL_EGRESS; the mailbox could not be asked" };
  if (mailbox.dockerHost.startsWith("unix:")) {
    const here = (await ground.lookupAt([MIRROR.ipv4])(MIRROR.name, "TXT").catch(() => [])).filter((one) => isIP(one) !== 0);
    if (here.length > 0) return { addresses: here, from: "as the world sees this machine; the mailbox does not run" };
  }
  throw new CannotAsk("nobody says from which address mail leaves: the mailbox's sidecar does not answer, or reaches no name server; set MAIL_EGRESS in .env, or look at npm run drift");
}
