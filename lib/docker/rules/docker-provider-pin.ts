import { DOCKER_PROVIDER_VERSION } from "../provider";
import { isDocker } from "./engine";
import type { DockerRule } from "./rule";

const SOURCE = /(?:^|\/)kreuzwerker\/docker$/;

export const dockerProviderPin: DockerRule = {
  name: "docker-provider-pin",
  why: "provider 3.6.2, the bindings' default, deleted a stopped container during plan, and 4.5 fails at builds on remote engines",
  stack: (stack) => {
    if (!stack.allProviders().some(isDocker)) return [];
    const required: Readonly<Record<string, { source?: string; version?: string }>> = stack.toTerraform().terraform?.required_providers ?? {};
    return Object.entries(required)
      .filter(([, { source, version }]) => SOURCE.test(source ?? "") && version !== DOCKER_PROVIDER_VERSION)
      .map(
        ([name, { version }]) =>
          `provider ${name} is ${version ?? "any version"}; everything here was proven with ${DOCKER_PROVIDER_VERSION} only; write stack.addOverride("terraform.required_providers.${name}.version", "${DOCKER_PROVIDER_VERSION}")`,
      );
  },
};
