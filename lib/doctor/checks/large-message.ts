import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Target } from "../../site/talk";
import { targetsOf } from "../../site/targets";
import { CannotAsk, type Check, type Finding } from "../check";
import type { EdgeGround, Ground } from "../ground";
import { Imap } from "../imap";
import { collect, fetched, letter, NotTaken, places, post, type Login, type Places } from "../letter";
import { readerOf } from "../reader";

/** More than a window of TCP, and than 64 KB. */
const BYTES = 100_000;
const SECONDS = 8;
/** Silence; a close or a refusal has other causes, and other checks. */
const STALLS = /not whole after|stalls|no answer within|bytes came/;
const STRANGER = "tailwart doctor <doctor@tailwart.invalid>";

/** A message to our own account; what small words pass and a large one does not is a matter of packets' sizes. */
async function through(ground: Ground, edge: EdgeGround): Promise<Finding[]> {
  const { imap, login } = await readerOf(ground);
  try {
    const folders = await places(imap);
    const way = await ground.outside(edge);
    const targets = targetsOf(ground.wire, ground.deployment.hostname);
    const [smtp, imaps] = [targets.find(({ line }) => line === "smtp"), targets.find(({ line }) => line === "imaps") ?? targets.find(({ line }) => line === "imap")];
    if (smtp === undefined) throw new CannotAsk("there is no public port 25");
    const one = letter(login.user, STRANGER, ground.now(), BYTES);
    const where = (port: number): string => `${edge.site.ipv4}:${port}`;
    try {
      await ground.politely(edge.site.ipv4, () => post(way.open(edge.site.ipv4, smtp.port), smtp, one, login.user, undefined, SECONDS));
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      if (error.at === "the message" && STALLS.test(error.said)) return [{ where: where(smtp.port), what: `small words pass, and a message of ${BYTES / 1000} KB stalls: ${error.said}`, key: "up" }];
      throw new CannotAsk(`the message was not taken on ${where(smtp.port)}: ${error.message}`);
    }
    // Back first over the public line, whole; then it is taken away, whatever came of that.
    const problem = imaps === undefined ? undefined : await ground.politely(edge.site.ipv4, () => back(() => way.open(edge.site.ipv4, imaps.port), imaps, login, folders, one.mark));
    const text = (await collect(imap, folders, [one.mark], 6)).get(one.mark);
    if (text === undefined) return [{ where: where(smtp.port), what: "it was taken and is in no folder", key: "lost", cause: "it waits in the queue, or a filter removed it", fix: "docker logs of the mail server" }];
    if (problem !== undefined && !STALLS.test(problem)) throw new CannotAsk(`${imaps?.line} did not come so far: ${problem}`);
    return problem === undefined || imaps === undefined ? [] : [{ where: where(imaps.port), what: `a message of ${BYTES / 1000} KB does not come back: ${problem}`, key: "down" }];
  } finally {
    await imap.leave();
  }
}

/** @returns what went wrong on the way back; whether it has arrived yet is asked again for a while */
async function back(open: () => Duplex, target: Target, login: Login, where: Places, mark: string): Promise<string | undefined> {
  try {
    const imap = await Imap.login(open(), target, login, SECONDS);
    for (let tries = 0; tries < 10; tries += 1) {
      const one = await fetched(imap, where, mark);
      if (one === undefined) await sleep(300);
      else {
        await imap.leave();
        return one.text.length > BYTES ? undefined : `${one.text.length} bytes came`;
      }
    }
    return await imap.leave().then(() => undefined);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const largeMessage: Check = {
  name: "large-message",
  proves: `a message of ${BYTES / 1000} KB passes the edge and the tailnet in both directions`,
  from: "outside",
  severity: "error",
  symptom: "short mail comes, mail with attachments hangs and is tried again for days; TLS handshakes stall",
  cause: "a black hole for large packets (MTU): something between the ends drops them and no ICMP says so",
  fix: "on the edge's host clamp TCP to the path: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu; tailscale0 has to have MTU 1280 (ip link); let ICMP type 3 code 4 pass; ask the provider for the real MTU of the line",
  seconds: 29,
  run: async (ground) => (await Promise.all(ground.edges.map((edge) => through(ground, edge)))).flat(),
};
