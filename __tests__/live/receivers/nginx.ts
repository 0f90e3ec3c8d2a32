import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../certificates";
import { NEEDS, pathOf } from "../programs";
import type { Namespace } from "../world";
import { type Receiver, seenIn } from "./seen";

export interface NginxProps {
  /** a folder of its own */
  readonly folder: string;
  readonly listen: string;
  readonly certificate: Certificate;
  /** the web server demands a PROXY header; a connection without one fails */
  readonly proxyProtocol: boolean;
  /** what every page says */
  readonly page: string;
}

/** nginx as an HTTPS server. What it has seen has the name in the ClientHello as its line. */
export async function startNginx(namespace: Namespace, { folder, listen, certificate, proxyProtocol, page }: NginxProps): Promise<Receiver> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`);
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${join(folder, "nginx.pid")};
events {}
http {
${temporary.join("\n")}
  log_format client "${proxyProtocol ? "$proxy_protocol_addr $proxy_protocol_port" : "$remote_addr $remote_port"} $ssl_server_name";
  access_log ${join(folder, "nginx.log")} client;
  server {
    listen ${listen} ssl${proxyProtocol ? " proxy_protocol" : ""};
    ssl_certificate ${certificate.cert};
    ssl_certificate_key ${certificate.key};
    default_type text/plain;
    location / { return 200 "${page}"; }
  }
}
`,
  );
  const running = await namespace.start(pathOf(NEEDS.nginx), ["-e", "stderr", "-c", file], { log: join(folder, "nginx.log") });
  await namespace.untilListening([Number(listen.slice(listen.lastIndexOf(":") + 1))], running);
  return { seen: () => seenIn(running.output(), /^(?<address>\S+) (?<port>\d+) (?<line>\S+)$/gm), stop: () => running.stop() };
}
