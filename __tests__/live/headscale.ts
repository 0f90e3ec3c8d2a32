import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Namespace } from "./namespace";
import { Running, must, run, until, type Result } from "./processes";
import { pathOf, type Need } from "./programs";

export const HEADSCALE: Need = {
  name: "headscale",
  env: "TAILWART_HEADSCALE",
  candidates: [join(__dirname, "../../tools/bin/headscale")],
  hint: "tools/build headscale",
};

/** Where a Headscale serves real nodes. */
export interface Serving {
  readonly namespace: Namespace;
  /** a private address of the namespace: for a name the nodes would ask on port 443 */
  readonly address: string;
}

/** The port of the API and of the nodes, where the server serves any. */
export const HEADSCALE_PORT = 8085;

/** A Headscale of its own, with its policy in the database; asked through its own command. Without `serving` on loopback, for no nodes. */
export class Headscale {
  private constructor(
    private readonly folder: string,
    private readonly server: Running,
  ) {}

  static async start(baseDomain: string, serving?: Serving): Promise<Headscale> {
    const folder = mkdtempSync(join(tmpdir(), "tailwart-headscale-"));
    // No node ever connects, so the one relay in the map need not be there; an empty map would stop the server.
    writeFileSync(join(folder, "derp.yaml"), "regions:\n  900:\n    regionid: 900\n    regioncode: none\n    regionname: none\n    nodes: []\n");
    const relay = serving
      ? { enabled: true, region_id: 900, region_code: "lab", region_name: "lab", ipv4: serving.address, stun_listen_addr: `${serving.address}:3478`, private_key_path: join(folder, "derp.key"), automatically_add_embedded_derp_region: true }
      : { enabled: false };
    const config = {
      server_url: `http://${serving ? `${serving.address}:${HEADSCALE_PORT}` : "127.0.0.1:1"}`,
      // The command talks to the socket; port 0 takes any free one.
      listen_addr: serving ? `${serving.address}:${HEADSCALE_PORT}` : "127.0.0.1:0",
      grpc_listen_addr: "127.0.0.1:0",
      metrics_listen_addr: "",
      unix_socket: join(folder, "socket"),
      noise: { private_key_path: join(folder, "noise.key") },
      prefixes: { v4: "100.64.0.0/10", v6: "fd7a:115c:a1e0::/48" },
      derp: { server: relay, urls: [], paths: serving ? [] : [join(folder, "derp.yaml")], auto_update_enabled: false },
      disable_check_updates: true,
      logtail: { enabled: false },
      database: { type: "sqlite", sqlite: { path: join(folder, "db.sqlite") } },
      policy: { mode: "database" },
      dns: { magic_dns: true, base_domain: baseDomain, override_local_dns: false },
    };
    // JSON is YAML.
    writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
    const command = ["-c", join(folder, "config.yaml"), "serve"];
    const log = join(folder, "log");
    const server = serving ? await serving.namespace.start(pathOf(HEADSCALE), command, { log }) : await Running.start(pathOf(HEADSCALE), command, { log });
    const one = new Headscale(folder, server);
    try {
      await until("headscale answers", async () => server.alive && (await one.ask("health")).code === 0, { timeoutMs: 30_000, detail: () => server.output() });
    } catch (error) {
      await one.stop();
      throw error;
    }
    return one;
  }

  /** Headscale's own command; its exit code is part of the answer. */
  ask(...args: string[]): Promise<Result> {
    return run(pathOf(HEADSCALE), ["-c", join(this.folder, "config.yaml"), ...args]);
  }

  async tell(...args: string[]): Promise<string> {
    return must(pathOf(HEADSCALE), ["-c", join(this.folder, "config.yaml"), ...args]);
  }

  /** `policy check` or `policy set` with this text. */
  async policy(verb: "check" | "set", text: string): Promise<Result> {
    const file = join(this.folder, "policy.hujson");
    writeFileSync(file, text);
    return this.ask("policy", verb, "-f", file);
  }

  /** A node with addresses that never connects; a tag has to be in the policy already. */
  async join(name: string, user: string, tag?: string): Promise<void> {
    const key = `hskey-authreq-${randomBytes(12).toString("hex")}`;
    await this.tell("debug", "create-node", "--name", name, "--user", user, "--key", key);
    await this.tell("auth", "register", "--auth-id", key, "--user", user);
    if (tag === undefined) return;
    const nodes = JSON.parse(await this.tell("nodes", "list", "-o", "json")) as { id: number | string; name: string }[];
    const id = nodes.find((node) => node.name === name)?.id;
    await this.tell("nodes", "tag", "-i", String(id), "-t", tag);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
