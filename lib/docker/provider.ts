import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import type { TerraformStack } from "cdktf";

/**
 * The provider version that everything here was proven with. 3.6.2, the bindings' default, deletes a stopped container
 * during plan; 4.5 fails at builds on remote engines.
 */
export const DOCKER_PROVIDER_VERSION = "4.4.0";

/** Gives a stack the null provider, once. */
export function useNull(stack: TerraformStack): void {
  if (stack.node.tryFindChild("null") === undefined) new NullProvider(stack, "null");
}

/** Gives a stack the docker provider for an engine, and the null provider. `alias` is for a second engine in one stack. */
export function useEngine(stack: TerraformStack, host: string, alias?: string): DockerProvider {
  stack.addOverride("terraform.required_providers.docker.version", DOCKER_PROVIDER_VERSION);
  useNull(stack);
  return new DockerProvider(stack, alias === undefined ? "docker" : `docker-${alias}`, { host, alias });
}
