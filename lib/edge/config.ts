import { createHash } from "node:crypto";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { assetPath, generatedAsset } from "../asset";
import type { Service } from "../docker/service";

export interface EdgeConfigProps {
  readonly provider: DockerProvider;
  /** the running edge */
  readonly service: Service;
  /** what its `caddy.json` has to be */
  readonly text: string;
}

/**
 * Gives a running edge another configuration without a new container: its own Caddy checks it, takes it over and keeps its
 * open connections. Where that fails the old one stays, and the deploy says why.
 */
export class EdgeConfig extends Construct {
  constructor(scope: Construct, id: string, { provider, service, text }: EdgeConfigProps) {
    super(scope, id);
    const hash = createHash("sha256").update(text).digest("hex");
    const config = new TerraformAsset(this, "file", { path: generatedAsset("caddy.json", text), type: AssetType.FILE, assetHash: hash });
    const reload = new TerraformAsset(this, "reload", { path: assetPath("edge/reload.sh"), type: AssetType.FILE });
    new Resource(this, "Resource", {
      triggers: { container: service.container.id, config: hash },
      provisioners: [
        {
          type: "local-exec",
          command: `sh ${reload.path}`,
          environment: { CONTAINER: service.container.name, CONFIG: config.path, DOCKER_HOST: provider.host ?? "" },
        },
      ],
      dependsOn: [service.healthy],
    });
  }
}
