import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Image } from "@cdktf/provider-docker/lib/image";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { assetPath, assetText, generatedFolder } from "../asset";
import type { CaddyPart, CaddySource } from "../config";
import { caddyJson, type CaddyConfig } from "./caddy";

export interface EdgeImageProps {
  readonly provider: DockerProvider;
  readonly caddy: CaddySource;
  /** checked by the Caddy that will run it; not part of the edge's image */
  readonly config: CaddyConfig;
  /** folder in which a relative path in `caddy.download` starts @default the working directory */
  readonly project?: string;
}

const FILES = ["Dockerfile", "fetch.sh", "root.sh", "health.sh", "config.sh", "run.sh", "gate.sh"];
const CONFIG_FILE = "config.Dockerfile";

const textOf = (file: string): string => assetText(`edge/image/${file}`);

/** As in .env. */
const spelled = ({ version, exact }: CaddyPart): string => `${exact ? "=" : ""}${version}`;

/** What the build is made of; the image's name carries its hash, so whoever builds the same finds it built. */
function buildOf({ caddy, project = process.cwd() }: Pick<EdgeImageProps, "caddy" | "project">) {
  const remote = /^https?:\/\//.test(caddy.download);
  const local = remote ? undefined : resolve(project, caddy.download);
  const buildArgs = {
    BASE_IMAGE: caddy.baseImage,
    CADDY_DOWNLOAD: remote ? caddy.download : "",
    CADDY_SHA256: caddy.sha256 ?? "",
    CADDY_VERSION: spelled(caddy.version),
    CADDY_BELOW: caddy.version.below,
    CADDY_L4_VERSION: spelled(caddy.l4Version),
    CADDY_L4_BELOW: caddy.l4Version.below,
    CADDY_ARCH: caddy.arch,
  };
  const texts = Object.fromEntries(FILES.map((file) => [file, textOf(file)]));
  const hash = createHash("sha256").update(JSON.stringify([buildArgs, texts]));
  if (local !== undefined && existsSync(local)) hash.update(readFileSync(local));
  return { buildArgs, texts, local, hash: hash.digest("hex") };
}

/** The edge image's name: derived from all that goes into it, so that the edge's own stack needs nothing else of this one. */
export const edgeImageName = (props: Pick<EdgeImageProps, "caddy" | "project">): string => `tailwart-edge:${short(buildOf(props).hash)}`;
const short = (hash: string): string => hash.slice(0, 16);

/** A build's context: these texts, and the program beside them when there is one. */
function contextOf(scope: Construct, id: string, hash: string, texts: Readonly<Record<string, string>>, program?: string): string {
  const folder = generatedFolder();
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(folder, file), text);
  if (program !== undefined) copyFileSync(program, join(folder, "caddy"));
  return new TerraformAsset(scope, id, { path: folder, type: AssetType.DIRECTORY, assetHash: hash }).path;
}

/**
 * Builds the edge image on one engine, and has its Caddy check the configuration. It belongs into a stack of its own: a
 * build that fails, or a configuration that is refused, must not take a running edge down.
 */
export class EdgeImage extends Construct {
  constructor(scope: Construct, id: string, props: EdgeImageProps) {
    super(scope, id);
    const { provider, config } = props;
    const { texts, hash, local, buildArgs } = buildOf(props);
    // A file that is not there yet is reported as missing by the contract and stops the deploy, not the review.
    const context = contextOf(this, "context", hash, texts, local !== undefined && existsSync(local) ? local : undefined);
    const name = `tailwart-edge:${short(hash)}`;
    // Without the engine's cache: a download that failed must be tried again.
    const image = new Image(this, "Resource", { provider, name, buildAttribute: { context, buildArgs, noCache: true }, keepLocally: true });
    const proven = provenBuild(this, "proven", image, name);

    // A configuration has an image of its own, named by its content: it holds nothing else, and nothing runs it.
    const checked = { Dockerfile: textOf(CONFIG_FILE), "caddy.json": caddyJson(config) };
    const checkedHash = createHash("sha256").update(JSON.stringify([name, checked])).digest("hex");
    const checkedName = `tailwart-edge-config:${short(checkedHash)}`;
    const checkedContext = contextOf(this, "config", checkedHash, checked);
    const accepted = new Image(this, "checked", {
      provider,
      name: checkedName,
      buildAttribute: { context: checkedContext, buildArgs: { EDGE_IMAGE: name }, noCache: true },
      keepLocally: true,
      dependsOn: [proven],
    });
    provenBuild(this, "accepted", accepted, checkedName);
  }
}

/** Done when the build left no reason to refuse its image; otherwise the deploy ends with that reason. */
function provenBuild(scope: Construct, id: string, image: Image, name: string): Resource {
  const proof = new TerraformAsset(scope, `${id}-proof`, { path: assetPath("edge/proof.sh"), type: AssetType.FILE });
  const engine = (image.provider as DockerProvider).host ?? "";
  return new Resource(scope, id, {
    triggers: { image: image.imageId },
    provisioners: [{ type: "local-exec", command: `sh ${proof.path}`, environment: { IMAGE: name, DOCKER_HOST: engine } }],
  });
}
