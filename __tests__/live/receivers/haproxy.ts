import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Listener } from "../../../lib/wire";
import type { Certificate } from "../certificates";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";
import { type Receiver, seenIn } from "./seen";

export interface HaproxyProps {
  readonly folder: string;
  /** the mailbox's end of the wire: mail lines only */
  readonly listeners: readonly Listener[];
  readonly certificate: Certificate;
}

/**
 * HAProxy in the mail server's place, a reference implementation of the PROXY protocol: where a listener says "v2" a
 * connection without the header is refused.
 */
export async function startHaproxy(namespace: Namespace, { folder, listeners, certificate }: HaproxyProps): Promise<Receiver> {
  const file = join(folder, "haproxy.cfg");
  const frontend = ({ line, port, protocol, tls, proxy }: Listener): string => `
frontend ${line}
  bind 0.0.0.0:${port}${proxy === "v2" ? " accept-proxy" : ""}${tls === "implicit" ? ` ssl crt ${certificate.both}` : ""}
  tcp-request content use-service lua.${protocol}
`;
  writeFileSync(
    file,
    `global
  log stdout format raw daemon
  lua-load ${join(__dirname, "haproxy.lua")}
defaults
  mode tcp
  log global
  log-format "%f %ci %cp"
  error-log-format "%f %ci %cp"
  timeout client 20s
  timeout connect 2s
  timeout server 20s
${listeners.map(frontend).join("")}`,
  );
  const running = await namespace.start(pathOf(NEEDS.haproxy), ["-db", "-f", file], { log: join(folder, "haproxy.log") });
  await namespace.untilListening(listeners.map(({ port }) => port), running);
  return { seen: () => seenIn(running.output(), /^(?<line>\w+) (?<address>\S+) (?<port>\d+)$/gm), stop: () => running.stop() };
}
