import { createHash } from "node:crypto";
import { Image } from "@cdktf/provider-docker/lib/image";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { assetPath, assetText } from "../../asset";

export interface GarageImageProps {
  readonly provider: DockerProvider;
  readonly garageImage: string;
  readonly baseImage: string;
}

const CONTEXT = "backends/garage/image";

/** The image's name, derived from all that goes into it. */
export function garageImageName({ garageImage, baseImage }: Omit<GarageImageProps, "provider">): string {
  const hash = createHash("sha256").update(JSON.stringify([garageImage, baseImage, assetText(`${CONTEXT}/Dockerfile`)]));
  return `tailwart-garage:${hash.digest("hex").slice(0, 16)}`;
}

/** Garage with a shell beside it, built on the mailbox's engine. */
export class GarageImage extends Construct {
  readonly image: Image;

  constructor(scope: Construct, id: string, props: GarageImageProps) {
    super(scope, id);
    const name = garageImageName(props);
    const context = new TerraformAsset(this, "context", { path: assetPath(CONTEXT), type: AssetType.DIRECTORY, assetHash: name.split(":")[1] });
    this.image = new Image(this, "Resource", {
      provider: props.provider,
      name,
      buildAttribute: { context: context.path, buildArgs: { GARAGE_IMAGE: props.garageImage, BASE_IMAGE: props.baseImage } },
      keepLocally: true,
    });
  }
}
