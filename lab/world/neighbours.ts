import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Aspects, LocalBackend, TerraformStack, type App } from "cdktf";
import { Namespace } from "../../lib/docker/namespace";
import { useEngine } from "../../lib/docker/provider";
import { DockerRules } from "../../lib/docker/rules";
import { secretPath } from "../../lib/docker/secret-file";
import { Sidecar } from "../../lib/docker/sidecar";
import { CONTROL, CONTROL_PORTS } from "../addresses";

export interface NeighboursProps {
  readonly host: string;
  readonly image: string;
  /** node's name to the file with its key */
  readonly keys: Readonly<Record<string, string>>;
}

/** Other nodes of the tailnet, made of the same parts as ours. Ephemeral: they leave nothing behind. */
export class NeighboursStack extends TerraformStack {
  constructor(scope: App, id: string, { host, image, keys }: NeighboursProps) {
    super(scope, id);
    new LocalBackend(this, { path: `../../terraform.${id}.tfstate` });
    Aspects.of(this).add(new DockerRules());
    const provider = useEngine(this, host);
    for (const [name, source] of Object.entries(keys)) {
      const namespace = new Namespace(this, `${name}-namespace`, { provider, name, image });
      const authKey = { path: secretPath("TS_AUTHKEY"), source, hash: createHash("sha256").update(readFileSync(source)).digest("hex") };
      new Sidecar(this, name, { provider, namespace, name, image, tag: "", authKey, loginServer: `http://${CONTROL.gateway}:${CONTROL_PORTS.api}`, ephemeral: true, backends: [] });
    }
  }
}
