import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Output } from "../lib/app";
import { VARIABLES } from "../lib/config/contract";
import { readDotenv } from "../lib/config/dotenv";
import { Engine } from "../lib/site/engine";
import type { Place } from "../lib/site/site";
import { DOMAIN } from "./addresses";

/** Where a lab lies, and for whom it writes. */
export interface Lab {
  /** its folder, absolute: `.env`, state, keys, certificates */
  readonly folder: string;
  /** without the deployment's own variables: what stands in `.env` has to count */
  readonly environment: NodeJS.ProcessEnv;
  /** the one engine, DOCKER_HOST */
  readonly host: string;
  readonly engine: Engine;
  readonly output: Output;
  say(line: string): void;
  /** a path in the folder */
  path(...parts: string[]): string;
}

/** The lab of a repository, in its `.lab` or where LAB_FOLDER says. */
export function labOf(repository: string, environment: NodeJS.ProcessEnv, output: Output): Lab {
  const folder = environment.LAB_FOLDER ?? join(repository, ".lab");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const host = environment.LAB_DOCKER_HOST ?? environment.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  const contract = new Set<string>(VARIABLES.flatMap((name) => [name, `${name}_FILE`]));
  const clean = Object.fromEntries(Object.entries(environment).filter(([name]) => !contract.has(name) && name !== "CDKTF_OUTDIR"));
  return {
    folder,
    environment: clean,
    host,
    engine: new Engine(host, clean),
    output,
    say: (line) => void output.stdout.write(`${line}\n`),
    path: (...parts) => join(folder, ...parts),
  };
}

/** The lab as any project: the lab itself says yes, and names the domain where that is asked for. */
export const placeOf = ({ folder, environment, output }: Lab): Place => ({ project: folder, environment, output, ask: async () => DOMAIN, attended: false });

/** The names of images that `npm run lab:images` has left; empty where the official ones are used. */
export function standIns(lab: Lab): Readonly<Record<string, string>> {
  const file = lab.path("images.env");
  return existsSync(file) ? readEnv(readFileSync(file, "utf8")) : {};
}

/** NAME=value lines as the contract's own reader takes them. */
export const readEnv = (text: string): Record<string, string> => Object.fromEntries([...readDotenv(text).values].map(([name, { value }]) => [name, value]));
