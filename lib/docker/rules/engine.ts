import type { TerraformProvider, TerraformResource } from "cdktf";

const PROVIDER = "docker";
/** What the provider takes when it is told nothing. */
const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** Whether a provider is a docker provider, from whatever bindings. */
export const isDocker = (provider: TerraformProvider): boolean => provider.terraformResourceType === PROVIDER;

/** The engine that a resource lives on: the same text for the same engine, in whichever stack. */
export function engineOf(resource: TerraformResource): string {
  const provider = resource.provider ?? resource.cdktfStack.allProviders().find((one) => isDocker(one) && one.alias === undefined);
  const { host, context } = (provider ?? {}) as { readonly host?: string; readonly context?: string };
  return host ?? (context === undefined ? DEFAULT_HOST : `context ${context}`);
}
