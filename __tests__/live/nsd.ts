import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Namespace } from "./namespace";
import { until, type Running } from "./processes";
import { pathOf, type Need } from "./programs";

export const NSD: Need = { name: "nsd", hint: "apt-get install nsd" };

/** Zones by name; what is below a zone's SOA and NS. */
export type ZoneTexts = Readonly<Record<string, string>>;

/** A whole zone: what `npm run dns` leaves to whoever hosts it stands before its text. */
export const wholeZone = (name: string, text: string, address: string): string =>
  [`$ORIGIN ${name === "." ? "." : `${name}.`}`, "$TTL 300", `@ IN SOA ns.root.test. hostmaster.root.test. 1 3600 600 86400 300`, "@ IN NS ns.root.test.", ...(name === "." ? [`ns.root.test. IN A ${address}`] : []), text, ""].join("\n");

/** A real authoritative name server at one address, port 53. The root is its own too, so that what is in no zone does not exist. */
export async function startNsd(namespace: Namespace, folder: string, address: string, zones: ZoneTexts, of = address): Promise<Running> {
  const home = join(folder, `nsd-${address.replace(/\W/g, "-")}`);
  mkdirSync(home);
  const all = { ".": "", ...zones };
  const names = Object.keys(all);
  names.forEach((name, index) => writeFileSync(join(home, `${index}.zone`), wholeZone(name, all[name as keyof typeof all], of)));
  const server = ["server:", `  ip-address: ${address}`, '  username: ""', '  pidfile: ""', '  database: ""', `  xfrdfile: "${home}/xfrd.state"`, `  zonelistfile: "${home}/zone.list"`, `  zonesdir: "${home}"`, "  server-count: 1", "  verbosity: 1", "remote-control:", "  control-enable: no"];
  writeFileSync(join(home, "nsd.conf"), [...server, ...names.flatMap((name, index) => ["zone:", `  name: "${name}"`, `  zonefile: "${index}.zone"`]), ""].join("\n"));
  const running = await namespace.start(pathOf(NSD), ["-d", "-c", join(home, "nsd.conf")], { log: join(home, "nsd.log") });
  await until("the name server", () => running.output().includes("nsd started"), { detail: () => running.output() });
  return running;
}
