import { setTimeout as sleep } from "node:timers/promises";
import { MAIL_HOST, OUT } from "../../lab/addresses";
import { SENDER, type Bench } from "../../lab/bench";

export interface Delivered {
  /** seconds to the answer 250 at the edge's port 25 */
  readonly accepted: number;
  /** seconds until it can be read over IMAP */
  readonly readable: number;
}

/** A mail server outside that tries twice a second from now on, until a message is accepted, and then looks for it over IMAP. */
export async function firstMessage(bench: Bench, begun: number, over: AbortSignal): Promise<Delivered> {
  const since = (): number => (performance.now() - begun) / 1000;
  const port = bench.line("smtp")?.port;
  const { file, token } = await bench.compose(SENDER, bench.admin.address);
  const attempt = async (act: () => Promise<boolean>): Promise<number> => {
    for (;;) {
      over.throwIfAborted();
      if (await act().catch(() => false)) return since();
      await sleep(500);
    }
  };
  const mail = ["--connect-timeout", "2", "--max-time", "10", "--mail-from", SENDER, "--mail-rcpt", bench.admin.address, `smtp://${MAIL_HOST}:${port}/${OUT.host}`];
  const accepted = await attempt(async () => (await bench.curl(mail, { file })).status === 0);
  const readable = await attempt(async () => (await bench.received(token, 2)) !== "");
  return { accepted, readable };
}
