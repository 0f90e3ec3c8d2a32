import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { deploy } from "../lib/deploy/deploy";
import { MistakesError } from "../lib/errors";
import { inventSecrets } from "../lib/invent";
import { askMailbox } from "../lib/dns/ask";
import { projectOf } from "../lib/site/project";
import { CONTRACT } from "../lib/config/contract";
import { FOREIGN_TAG, NEIGHBOURS, USER } from "./addresses";
import { makeCertificates } from "./certificates";
import { apiKey, ensureUser, joinKey } from "./control";
import { labEnv, type Server } from "./env";
import { claim, openFilesOf, standOn } from "./ground";
import { imagesFor } from "./images";
import { placeOf, readEnv, type Lab } from "./lab";
import { serve } from "./names";
import { roomFor } from "./room";
import { apply } from "./terraform";
import { NeighboursStack } from "./world/neighbours";
import { WorldStack } from "./world/world";
import { zone, zones } from "./zone";

/**
 * Brings up world and deployment; what is up already stays as it is.
 * @param redis whether Stalwart has a Redis beside it; a lab that is up gets it, or loses it
 * @throws MistakesError, one line for each thing that is in the way
 */
export async function up(lab: Lab, server: Server, { redis = false }: { readonly redis?: boolean } = {}): Promise<void> {
  const begun = Date.now();
  await standOn(lab);
  const before = existsSync(lab.path(".env")) ? readEnv(readFileSync(lab.path(".env"), "utf8")).MAIL_SERVER : undefined;
  if (before !== undefined && before !== server) throw new MistakesError([`a lab with ${before} is up here already; npm run lab -- down removes it, then ${server} can have its place`]);
  const certificates = await makeCertificates(lab.path("certificates"));
  const images = await imagesFor(lab, server, certificates.authority, redis && server === "stalwart");
  const { withoutIpv6 } = await roomFor(lab, images.sidecar);
  const ipv6 = withoutIpv6 === undefined;
  if (!ipv6) lab.say(`note: the lab goes on with IPv4 alone: ${withoutIpv6}`);
  await claim(lab);
  const password = secretFile(lab, "smarthost", () => randomBytes(18).toString("base64url"));
  await apply(lab, "world", (app) => new WorldStack(app, "world", { host: lab.host, images, certificates, password, zones: zones([], ipv6), ipv6 }));
  const keys = await joinKeys(lab);
  const limit = await openFilesOf(lab, images.sidecar);
  const openFiles = limit < Number(CONTRACT.EDGE_OPEN_FILES.default) ? Math.max(1024, limit) : undefined;
  const env = labEnv({
    server,
    host: lab.host,
    images: images.contract,
    certificate: certificates.mail,
    secretFiles: { ...keys.deployment, STALWART_SMARTHOST_PASSWORD: password },
    openFiles,
    ipv6,
    redis,
  });
  writeEnv(lab, env);
  // Before the deployment: Headscale takes a policy test of a user only when a node of theirs is there.
  await apply(lab, "neighbours", (app) => new NeighboursStack(app, "neighbours", { host: lab.host, image: images.sidecar, keys: keys.neighbours }));
  const place = placeOf(lab);
  if ((await deploy(place, { yes: true, withData: false })) !== 0) throw new MistakesError(["the deployment did not come up: see above; npm run lab -- up goes on from here, npm run lab -- down removes all"]);
  const { deployment, wire } = projectOf(lab.folder, lab.environment);
  await serve(lab, zones(zone(deployment, wire, await askMailbox(deployment, wire, lab.folder, lab.environment)), ipv6));
  lab.say(`lab is up with ${server} in ${Math.round((Date.now() - begun) / 1000)} s`);
}

/** A secret in a file of its own; made once. */
function secretFile(lab: Lab, name: string, make: () => string): string {
  mkdirSync(lab.path("keys"), { recursive: true, mode: 0o700 });
  const file = lab.path("keys", name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return file;
}

async function joinKeys(lab: Lab): Promise<{ readonly deployment: Record<string, string>; readonly neighbours: Record<string, string> }> {
  const user = await ensureUser(lab, USER);
  const made = async (name: string, make: () => Promise<string>): Promise<string> => {
    const there = lab.path("keys", name);
    const value = existsSync(there) ? "" : await make();
    return secretFile(lab, name, () => value);
  };
  return {
    deployment: {
      TS_AUTHKEY: await made("mailbox", () => joinKey(lab, { tag: CONTRACT.MAILBOX_TAG.default ?? "" })),
      EDGE_TS_AUTHKEY: await made("edge", () => joinKey(lab, { tag: CONTRACT.EDGE_TAG.default ?? "" })),
      HEADSCALE_API_KEY: await made("api", () => apiKey(lab)),
    },
    neighbours: {
      [NEIGHBOURS.user]: await made("user", () => joinKey(lab, { user })),
      [NEIGHBOURS.foreign]: await made("foreign", () => joinKey(lab, { tag: FOREIGN_TAG })),
    },
  };
}

/** Passwords that an earlier run has invented stay: the database was made with them. */
function writeEnv(lab: Lab, text: string): void {
  const file = lab.path(".env");
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const invented = before.split("\n").filter((line) => /^(STALWART_ADMIN_PASSWORD|STALWART_DB_PASSWORD|STALWART_S3_\w+_KEY|STALWART_REDIS_PASSWORD|GARAGE_RPC_SECRET)=/.test(line));
  writeFileSync(file, `${text}${invented.map((line) => `${line}\n`).join("")}`, { mode: 0o600 });
  inventSecrets(lab.folder, lab.environment);
}
