import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** What we read of a container in a synthesized stack (kreuzwerker/docker, `docker_container`). */
interface Placed {
  readonly name: string;
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly hostname?: string;
  readonly user?: string;
  readonly group_add?: readonly string[];
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly devices?: readonly { readonly host_path: string; readonly container_path: string }[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly ulimit?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly memory: number;
  readonly read_only?: boolean;
  readonly stop_timeout: number;
  readonly security_opts: readonly string[];
  readonly log_opts: Readonly<Record<string, string>>;
  readonly network_mode: string;
  readonly networks_advanced?: readonly { readonly name: string; readonly ipv4_address?: string; readonly ipv6_address?: string }[];
  readonly mounts?: readonly { readonly type: string; readonly source: string; readonly target: string; readonly read_only: boolean }[];
  readonly upload?: readonly { readonly file: string; readonly content?: string; readonly source?: string; readonly permissions: string }[];
  readonly healthcheck: { readonly test: readonly string[]; readonly interval: string; readonly timeout: string; readonly start_period: string; readonly retries: number };
  readonly depends_on?: readonly string[];
}
type Named<T> = Readonly<Record<string, T>>;
export interface SynthesizedStack {
  /** its folder: relative paths of secrets begin there */
  readonly folder: string;
  readonly json: { readonly resource: { readonly docker_container: Named<Placed>; readonly docker_volume?: Named<{ readonly name: string }>; readonly docker_network?: Named<{ readonly name: string }> } };
}

/** Terraform's escapes out, Compose's in. */
const text = (value: string): string => value.replace(/([$%])\1\{/g, "$1{").replaceAll("$", "$$$$");

/**
 * The same containers as somebody would write them for Compose: one project, files and secrets mounted from a folder, and each
 * waits for what it needs by `service_healthy`. What Terraform alone needs (hashes, probes, lifecycles) is not there.
 * @param folder where `compose.yaml` and the files are written
 */
export function writeCompose(folder: string, stacks: readonly SynthesizedStack[]): string {
  const services: Record<string, object> = {};
  const volumes: Record<string, object> = {};
  const networks: Record<string, object> = {};
  for (const { folder: home, json } of stacks) {
    const { docker_container: containers, docker_volume: made = {}, docker_network: own = {} } = json.resource;
    for (const { name } of Object.values(made)) volumes[name] = { name };
    for (const { name } of Object.values(own)) networks[name] = { name, driver: "bridge" };
    // ${docker_volume.id.name} and the like stand for the names themselves.
    const known = (value: string): string => /^\$\{docker_(?:volume|network)\.(.+)\.name\}$/.exec(value)?.[1] ?? "";
    const nameOf = (value: string): string => (made[known(value)] ?? own[known(value)])?.name ?? value;
    const container = (id: string): string => containers[id].name;
    for (const placed of Object.values(containers)) {
      const owner = /^container:\$\{docker_container\.(.+)\.id\}$/.exec(placed.network_mode)?.[1];
      const waits = (placed.depends_on ?? []).flatMap((one) => Object.keys(containers).filter((id) => one.startsWith(`null_resource.${id.replace(/_[0-9A-F]{8}$/, "")}_healthy_`)));
      const files = (placed.upload ?? []).map((file) => {
        const path = join(folder, "files", placed.name, file.file);
        mkdirSync(resolve(path, ".."), { recursive: true });
        if (file.content !== undefined) writeFileSync(path, file.content.replace(/([$%])\1\{/g, "$1{"));
        else copyFileSync(resolve(home, file.source ?? ""), path);
        chmodSync(path, parseInt(file.permissions, 8));
        return { type: "bind", source: path, target: file.file, read_only: true };
      });
      const attached = (placed.networks_advanced ?? []).map(({ name, ipv4_address, ipv6_address }): [string, object] => {
        const called = nameOf(name);
        networks[called] ??= { name: called, external: true };
        return [called, { ...(ipv4_address ? { ipv4_address } : {}), ...(ipv6_address ? { ipv6_address } : {}) }];
      });
      services[placed.name] = {
        container_name: placed.name,
        image: placed.image,
        entrypoint: placed.entrypoint.map(text),
        command: placed.command?.map(text),
        environment: placed.env?.map(text),
        hostname: placed.hostname,
        user: placed.user,
        group_add: placed.group_add,
        cap_drop: placed.capabilities?.drop,
        cap_add: placed.capabilities?.add?.map((one) => one.replace(/^CAP_/, "")),
        devices: placed.devices?.map(({ host_path, container_path }) => `${host_path}:${container_path}`),
        sysctls: placed.sysctls,
        tmpfs: Object.entries(placed.tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
        ulimits: Object.fromEntries((placed.ulimit ?? []).map(({ name, soft, hard }) => [name, { soft, hard }])),
        mem_limit: `${placed.memory}m`,
        memswap_limit: `${placed.memory}m`,
        read_only: placed.read_only,
        security_opt: placed.security_opts,
        init: true,
        restart: "unless-stopped",
        stop_grace_period: `${placed.stop_timeout}s`,
        logging: { driver: "json-file", options: placed.log_opts },
        ...(owner === undefined ? (attached.length > 0 ? { networks: Object.fromEntries(attached) } : { network_mode: placed.network_mode }) : { network_mode: `service:${container(owner)}` }),
        volumes: [...(placed.mounts ?? []).map(({ type, source, target, read_only }) => ({ type, source: nameOf(source), target, read_only })), ...files],
        healthcheck: { ...placed.healthcheck, test: placed.healthcheck.test.map(text) },
        depends_on: Object.fromEntries(waits.map((id) => [container(id), { condition: "service_healthy" }])),
      };
    }
  }
  const file = join(folder, "compose.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ services, volumes, networks }, null, 1));
  return basename(file);
}
