import { createHash } from "node:crypto";
import { readFileSync, mkdtempSync, rmSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACT, type VariableName } from "../lib/config/contract";
import { MistakesError } from "../lib/errors";
import { lastLine } from "../lib/site/run";
import { imageName, PROGRAMS } from "../lib/versions";
import type { Server } from "./env";
import { standIns, type Lab } from "./lab";
import { WORLD_DOCKERFILE } from "./images/world";

const SERVER_IMAGE = { stalwart: "STALWART_IMAGE", maddy: "MADDY_IMAGE" } as const;
const OFFICIAL_HEADSCALE = imageName(PROGRAMS.headscale);

/** Every image by the variable that selects it: a stand-in where `lab:images` made one, else the official one. */
export interface Images {
  /** of the contract */
  readonly contract: Readonly<Record<string, string>>;
  readonly headscale: string;
  readonly world: string;
  readonly sidecar: string;
}

const NEEDED = ["TAILSCALE_IMAGE", "POSTGRES_IMAGE", "BASE_IMAGE", "STARTER_IMAGE"] as const;
const OTHERS = ["CADDY_DOWNLOAD", "CADDY_SHA256"];
const official = (name: VariableName): string => CONTRACT[name].default ?? "";

async function have(lab: Lab, variable: string, image: string): Promise<string | undefined> {
  if (await lab.engine.hasImage(image)) return undefined;
  lab.say(`images     pulling ${image}`);
  const { status, stderr } = await lab.engine.pull(image);
  return status === 0 ? undefined : `${variable}: image "${image}" is not on the engine and cannot be pulled: ${lastLine(stderr)}; run npm run lab:images, or let Docker reach the registry`;
}

/** Mail servers whose images are there or can be pulled. */
export async function serversThere(lab: Lab): Promise<readonly Server[]> {
  const names = standIns(lab);
  const found = await Promise.all((["stalwart", "maddy"] as const).map(async (server) => ((await have(lab, SERVER_IMAGE[server], names[SERVER_IMAGE[server]] ?? official(SERVER_IMAGE[server]))) === undefined ? [server] : [])));
  return found.flat();
}

/**
 * The images of a lab, all on the engine afterwards.
 * @throws MistakesError with one line for each that cannot be had
 */
export async function imagesFor(lab: Lab, server: Server, authority: string, redis: boolean): Promise<Images> {
  const names = standIns(lab);
  const chosen = (variable: VariableName): string => names[variable] ?? official(variable);
  // maddy keeps its messages itself.
  const garage = server === "stalwart" ? (["GARAGE_IMAGE"] as const) : [];
  const wanted = [...NEEDED, SERVER_IMAGE[server], ...garage, ...(redis ? (["REDIS_IMAGE"] as const) : [])];
  const headscale = names.LAB_HEADSCALE_IMAGE ?? OFFICIAL_HEADSCALE;
  const problems = (await Promise.all([...wanted.map((variable) => have(lab, variable, chosen(variable))), have(lab, "LAB_HEADSCALE_IMAGE", headscale)])).flatMap((line) => line ?? []);
  if (problems.length > 0) throw new MistakesError(problems);
  const world = names.LAB_WORLD_IMAGE ?? (await worldImage(lab));
  const trusting = await trustingImage(lab, chosen(SERVER_IMAGE[server]), authority);
  const contract = Object.fromEntries([...wanted.map((variable) => [variable, chosen(variable)]), [SERVER_IMAGE[server], trusting], ...OTHERS.flatMap((name) => (names[name] === undefined ? [] : [[name, names[name]]]))]);
  return { contract, headscale, world, sidecar: chosen("TAILSCALE_IMAGE") };
}

const hashOf = (...parts: (string | Buffer)[]): string => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex").slice(0, 12);

async function built(lab: Lab, name: string, dockerfile: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  if (await lab.engine.hasImage(name)) return name;
  lab.say(`images     building ${name}`);
  const context = mkdtempSync(lab.path("context-"));
  try {
    writeFileSync(join(context, "Dockerfile"), dockerfile);
    for (const [to, from] of Object.entries(files)) copyFileSync(from, join(context, to));
    const { status, stderr } = await lab.engine.docker(["build", "-q", "-t", name, context], { seconds: 900 });
    if (status !== 0) throw new MistakesError([`image "${name}" was not built: ${lastLine(stderr)}; run npm run lab:images where no registry can be reached`]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return name;
}

const worldImage = (lab: Lab): Promise<string> => built(lab, `tailwart-lab/world:${hashOf(WORLD_DOCKERFILE)}`, WORLD_DOCKERFILE);

/**
 * The mail server's image with the lab's own authority as the one that it trusts: it speaks TLS to the smarthost and takes no
 * certificate that nobody vouches for. Of everything else it is the image itself.
 */
function trustingImage(lab: Lab, image: string, authority: string): Promise<string> {
  const dockerfile = `FROM ${image}\nCOPY authority.pem /etc/ssl/lab-authority.pem\nENV SSL_CERT_FILE=/etc/ssl/lab-authority.pem\n`;
  const [, name, version] = /^(?:.*\/)?([^/:@]+)(?::([^@]+))?/.exec(image) ?? [];
  return built(lab, `tailwart-lab/${name}-trusting:${version ?? "0"}-${hashOf(dockerfile, readFileSync(authority))}`, dockerfile, { "authority.pem": authority });
}
