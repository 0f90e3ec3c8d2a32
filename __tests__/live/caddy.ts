import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaddyConfig } from "../../lib/edge/caddy";
import type { Running } from "./processes";
import { NEEDS, pathOf } from "./programs";
import type { World } from "./world";


/** The edge's file, byte by byte as it is baked into the image. */
export const caddyJson = (config: CaddyConfig): string => `${JSON.stringify(config, null, 2)}\n`;

/** The environment of the image: what Caddy wants to write goes into a folder of its own. */
export function caddyEnvironment(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  return { HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), XDG_DATA_HOME: join(folder, "data") };
}

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(":") + 1));
export const portsOf = ({ apps }: CaddyConfig): number[] => Object.values(apps.layer4.servers).flatMap(({ listen }) => listen.map(portOf));

/** Runs the real Caddy with the configuration in the edge's namespace, and waits until all its ports are open. */
export async function startCaddy(world: World, config: CaddyConfig, name = "caddy"): Promise<Running> {
  const env = caddyEnvironment(join(world.folder, name));
  const file = join(world.folder, name, "caddy.json");
  writeFileSync(file, caddyJson(config));
  const running = await world.edge.start(pathOf(NEEDS.caddy), ["run", "--config", file], { log: join(world.folder, `${name}.log`), env });
  await world.edge.untilListening(portsOf(config), running);
  return running;
}

/** What Caddy logged. Its very first words come before its logger is set up and are JSON too. */
export function caddyLog(running: Running): Record<string, unknown>[] {
  return running
    .output()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
