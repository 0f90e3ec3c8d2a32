import { chmodSync, copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Check, Finding } from "../../../lib/doctor/check";
import { diagnose, type Outcome } from "../../../lib/doctor/diagnose";
import { groundOf, type Ground } from "../../../lib/doctor/ground";
import { fromContainer } from "../../../lib/site/tunnel";
import type { Deployment } from "../../../lib/config";
import { makeWire } from "../../../lib/wire";
import { pathOf, type Need } from "../programs";

export const NC: Need = { name: "busybox", hint: "apt-get install busybox" };

/** Containers that are none: a `docker` of our own in front of PATH leads into network namespaces. The doctor's ground is the real one. */
export class Engine {
  private readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;

  constructor(parent: string) {
    this.folder = join(parent, `docker-${Math.random().toString(36).slice(2)}`);
    mkdirSync(this.folder, { recursive: true });
    const docker = join(this.folder, "docker");
    copyFileSync(join(__dirname, "inside-shim.sh"), docker);
    chmodSync(docker, 0o755);
    this.script("nc", `exec ${pathOf(NC)} nc "$@"`);
    this.environment = { ...process.env, PATH: `${this.folder}:${process.env.PATH ?? ""}` };
  }

  /** A program that everybody finds first. */
  script(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }
  place(container: string, enter: readonly string[]): void {
    writeFileSync(join(this.folder, `${container}.enter`), ["env", `PATH=${this.folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, ...enter].join(" "));
  }
  remove(container: string): void {
    rmSync(join(this.folder, `${container}.enter`), { force: true });
  }
  log(container: string, file: string): void {
    const place = join(this.folder, `${container}.log`);
    rmSync(place, { force: true });
    linkSync(file, place);
  }
  health(container: string, test: readonly string[]): void {
    writeFileSync(join(this.folder, `${container}.health`), JSON.stringify({ Test: test }));
  }

  /** The doctor's ground over it. */
  ground(deployment: Deployment, secrets: Readonly<Record<string, string>>, doors: Partial<Ground> = {}): Ground {
    return { ...groundOf(deployment, makeWire(deployment), this.folder, this.environment), secret: (name) => secrets[name], ...doors };
  }

  /** Connections from a place that stands outside, with the address that it has there. */
  outside(container: string, address: string): Ground["here"] {
    const way = fromContainer("", container, "outside", this.environment);
    return { from: way.from, open: (host, port): Duplex => Object.assign(way.open(host, port), { localAddress: address }) };
  }
}

/** How a check comes out, its findings in one line each. */
export async function outcomeOf(check: Check, ground: Ground): Promise<{ readonly state: Outcome["state"]; readonly said: string }> {
  const [{ state, findings, reason }] = await diagnose([check], ground);
  return { state, said: reason ?? findings.map(({ where, what }: Finding) => `${where}: ${what}`).join("\n") };
}

export const WELL = { state: "well", said: "" };
