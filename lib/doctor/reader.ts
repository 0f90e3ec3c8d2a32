import type { Target } from "../site/talk";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";
import { Imap, Refused } from "./imap";
import type { Login } from "./letter";
import { adminOf } from "./stalwart";

/** The mail server's own IMAP, on loopback in its namespace: no edge and no ban between. @throws CannotAsk when there is none, or the password is another */
export async function readerOf(ground: Ground): Promise<{ readonly imap: Imap; readonly login: Login }> {
  const { wire, deployment, sidecar } = ground;
  const listener = wire.listeners.find(({ line }) => line === "imaps") ?? wire.listeners.find(({ line }) => line === "imap");
  if (listener === undefined) throw new CannotAsk("no line of IMAP is there to read back what was sent; add imaps to PUBLIC_LINES or TAILNET_LINES");
  const login = adminOf(ground);
  const { line, port, protocol, tls } = listener;
  const target: Target = { line, port, protocol, tls: tls === "implicit", servername: deployment.hostname };
  try {
    return { imap: await Imap.login(sidecar.open("127.0.0.1", port), target, login), login };
  } catch (error) {
    if (error instanceof Refused) throw new CannotAsk(`${login.user} cannot log in with STALWART_ADMIN_PASSWORD; the server keeps the password that it was made with: write that one into .env`);
    throw new CannotAsk(`${line} does not answer in the mailbox itself: ${error instanceof Error ? error.message : String(error)}`);
  }
}
