import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Image } from "@cdktf/provider-docker/lib/image";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { assetPath } from "../asset";
import type { CaddySource } from "../config";
import type { CaddyConfig } from "./caddy";

export interface EdgeImageProps {
  readonly provider: DockerProvider;
  readonly caddy: CaddySource;
  /** baked in, and checked by the Caddy that will run it */
  readonly config: CaddyConfig;
  /** folder in which a relative path in `caddy.download` starts @default the working directory */
  readonly project?: string;
}

const FILES = ["Dockerfile", "fetch.sh", "health.sh"];

/** What the build is made of; the image's name carries its hash, so whoever builds the same finds it built. */
function buildOf({ caddy, config, project = process.cwd() }: EdgeImageProps) {
  const remote = /^https?:\/\//.test(caddy.download);
  const local = remote ? undefined : resolve(project, caddy.download);
  const buildArgs = {
    BASE_IMAGE: caddy.baseImage,
    CADDY_DOWNLOAD: remote ? caddy.download : "",
    CADDY_SHA256: caddy.sha256 ?? "",
    CADDY_VERSION: caddy.version,
    CADDY_L4_VERSION: caddy.l4Version,
    CADDY_ARCH: caddy.arch,
  };
  const texts = { ...Object.fromEntries(FILES.map((file) => [file, readFileSync(assetPath(`edge/image/${file}`), "utf8")])), "caddy.json": `${JSON.stringify(config, null, 2)}\n` };
  const hash = createHash("sha256").update(JSON.stringify([buildArgs, texts]));
  if (local !== undefined && existsSync(local)) hash.update(readFileSync(local));
  return { buildArgs, texts, local, hash: hash.digest("hex") };
}

/** The edge image's name: derived from all that goes into it, so that the edge's own stack needs nothing else of this one. */
export const edgeImageName = (props: Omit<EdgeImageProps, "provider">): string => `tailwart-edge:${buildOf(props as EdgeImageProps).hash.slice(0, 16)}`;

/** Build contexts lie here until synth has copied them. */
const contexts: string[] = [];
function contextFolder(): string {
  if (contexts.length === 0) process.once("exit", () => contexts.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = mkdtempSync(join(tmpdir(), "tailwart-image-"));
  contexts.push(folder);
  return folder;
}

/** Builds the edge image on one engine. It belongs into a stack of its own: a failed build must not take a running edge down. */
export class EdgeImage extends Construct {
  readonly image: Image;

  constructor(scope: Construct, id: string, props: EdgeImageProps) {
    super(scope, id);
    const build = buildOf(props);
    const folder = contextFolder();
    for (const [file, text] of Object.entries(build.texts)) writeFileSync(join(folder, file), text);
    // A file that is not there yet is reported as missing by the contract and stops the deploy, not the review.
    if (build.local !== undefined && existsSync(build.local)) copyFileSync(build.local, join(folder, "caddy"));
    const context = new TerraformAsset(this, "context", { path: folder, type: AssetType.DIRECTORY, assetHash: build.hash });
    this.image = new Image(this, "Resource", {
      provider: props.provider,
      name: edgeImageName(props),
      buildAttribute: { context: context.path, buildArgs: build.buildArgs },
      keepLocally: true,
    });
  }
}
