import { join } from "node:path";
import { readConfig } from "../lib/config";
import { caddyConfig } from "../lib/edge/caddy";
import { makeWire, type Route } from "../lib/wire";
import { PROJECT } from "./programs";

/** Addresses inside the benchmark's own network namespace. */
export const MAILBOX = "127.0.0.2";
export const NAMES = "127.0.0.53";
/** Where HAProxy and nginx listen; the edge listens where its configuration says. */
const PEER_PORT = 2500;

/** A proxy that carries mail from clients to the mailbox. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** what clients dial */
  readonly address: string;
}

/** A file that a contestant reads. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

const wire = makeWire(readConfig({ project: PROJECT, environment: { MAIL_DOMAIN: "one.test", TS_TAILNET: "tail0000.ts.net", EDGE_IPV4: "192.0.2.25" }, dotenv: "" }));
const route = wire.routes.find(({ line }) => line === "smtp") as Route;
/** The mailbox, as HAProxy and nginx know it; the edge asks a name server for it. */
export const mailbox = `${MAILBOX}:${route.port}`;

/** What the edge's container sets for Caddy. */
export const EDGE_ENVIRONMENT = { GOGC: "200" };

/** `caddy.json` as synthesized, or changed to try something. */
export const caddyJson = (folder: string, name = "edge", change: (text: string) => string = (text) => text): ConfigFile => ({
  path: join(folder, `${name}.json`),
  text: change(JSON.stringify(caddyConfig(wire))),
});

/** The real Caddy, under `environment`. */
export const edge = (config: ConfigFile, environment: Readonly<Record<string, string>>, name = "edge"): Contestant => ({
  name,
  command: [join(PROJECT, "tools/bin/caddy"), "run", "--config", config.path],
  environment,
  address: `127.0.0.1:${route.port}`,
});

/** HAProxy with the same job. */
export const haproxyConfig = (folder: string): ConfigFile => ({
  path: join(folder, "haproxy.cfg"),
  text: `global
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen mail
  bind 127.0.0.1:${PEER_PORT}
  server mailbox ${mailbox} send-proxy-v2
`,
});
export const haproxy = ({ path }: ConfigFile): Contestant => ({
  name: "HAProxy",
  command: ["haproxy", "-db", "-f", path],
  environment: {},
  address: `127.0.0.1:${PEER_PORT}`,
});

/** nginx with the same job, but that it sends version 1 of the PROXY header: it has no other. */
export const nginxConfig = (folder: string, streamModule: string): ConfigFile => ({
  path: join(folder, "nginx.conf"),
  text: `${streamModule}
daemon off;
pid ${join(folder, "nginx.pid")};
error_log ${join(folder, "nginx.log")} error;
worker_processes auto;
events { worker_connections 16000; }
stream {
  server {
    listen 127.0.0.1:${PEER_PORT};
    proxy_pass ${mailbox};
    proxy_protocol on;
    proxy_timeout 1h;
  }
}
`,
});
export const nginx = ({ path }: ConfigFile): Contestant => ({
  name: "nginx",
  command: ["nginx", "-e", `${path}.log`, "-c", path],
  environment: {},
  address: `127.0.0.1:${PEER_PORT}`,
});
