import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOCKER_PROVIDER_VERSION } from "../../lib/docker/provider";
import { pathOf, program, type Need } from "./programs";

export const TERRAFORM: Need = { name: "terraform", env: "TAILWART_TERRAFORM", optional: true, hint: "install Terraform 1.9 or newer" };

export function terraform(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(pathOf(TERRAFORM), args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
}

/** Whether Terraform can install our providers here, from its registry or from a local mirror. */
function providersInstall(): boolean {
  if (program(TERRAFORM.name, TERRAFORM) === undefined) return false;
  const folder = mkdtempSync(join(tmpdir(), "tailwart-providers-"));
  try {
    const required_providers = { docker: { source: "kreuzwerker/docker", version: DOCKER_PROVIDER_VERSION }, null: { source: "hashicorp/null", version: "3.2.4" } };
    writeFileSync(join(folder, "probe.tf.json"), JSON.stringify({ terraform: { required_providers } }));
    return terraform(folder, "init", "-input=false", "-no-color").status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
export const PROVIDERS: Need = { name: "Terraform's docker and null providers", optional: true, hint: "Terraform could not install them", met: providersInstall };
