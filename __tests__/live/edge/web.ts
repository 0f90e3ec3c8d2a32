import { join } from "node:path";
import { makeCertificate, type Certificate } from "../certificates";
import { startNginx } from "../receivers/nginx";
import type { Receiver } from "../receivers/seen";
import type { Stage } from "./stage";

/** A name of the host's own web server. */
export const WEB = "www.web.test";

export interface WebServers {
  /** at the mailbox; its page says "the mailbox" */
  readonly mailbox: Receiver;
  /** on the edge's host, where the edge's fallback points; its page says "the web server" */
  readonly web: Receiver;
  readonly certificate: Certificate;
}

/** Both ends of HTTPS by name. @param proxyProtocol both demand a PROXY header, or know of none */
export async function startWebServers({ world, wire, certificate: ofMailbox }: Stage, proxyProtocol: boolean): Promise<WebServers> {
  if (!wire.fallback) throw new Error("this edge is mail-only");
  const certificate = await makeCertificate(world.folder, WEB, [WEB]);
  const folder = (name: string): string => join(world.folder, name);
  const [mailbox, web] = await Promise.all([
    startNginx(world.mailbox, { proxyProtocol, folder: folder("https"), listen: "443", certificate: ofMailbox, page: "the mailbox" }),
    startNginx(world.edge, { proxyProtocol, folder: folder("web"), listen: wire.fallback.dial, certificate, page: "the web server" }),
  ]);
  return { mailbox, web, certificate };
}
