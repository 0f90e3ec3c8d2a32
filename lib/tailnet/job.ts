import { isAbsolute, join } from "node:path";
import type { Deployment } from "../config";
import type { Wire } from "../wire";
import type { PolicyTarget } from "./api";
import { tailnetPolicy, type PolicyEntries } from "./policy";

/** All that the program which writes the policy has to know: a JSON file, without any secret in it. */
export interface PolicyJob {
  /** its file's path starts in the folder in which the program runs */
  readonly target: PolicyTarget;
  readonly wanted: PolicyEntries;
  readonly allowFirstRule: boolean;
}

/** Paths of secrets are kept as Terraform sees them, from `cdktf.out/stacks/<stack>` of the project. */
const STACK_FOLDER = "cdktf.out/stacks/any";

/**
 * Where the policy is and what opens it; undefined where there is no credential.
 * @param project the folder with `.env`; without it the file's path starts in a stack's folder
 */
export function policyTarget({ tailnet, secrets }: Pick<Deployment, "tailnet" | "secrets">, project?: string): PolicyTarget | undefined {
  const { url, credential } = tailnet.policy;
  const secret = credential && secrets[credential.secret];
  if (secret === undefined) return undefined;
  const file = project === undefined || isAbsolute(secret.source) ? secret.source : join(project, STACK_FOLDER, secret.source);
  return { kind: tailnet.headscale === undefined ? "tailscale" : "headscale", url, credential: { variable: secret.name, file, clientId: credential?.clientId } };
}

/** What deploy applies; undefined where a person does it. */
export function policyJob(deployment: Deployment, wire: Wire, project?: string): PolicyJob | undefined {
  const target = deployment.tailnet.policy.mode === "apply" ? policyTarget(deployment, project) : undefined;
  return target && { target, wanted: tailnetPolicy(deployment, wire), allowFirstRule: deployment.tailnet.policy.allowFirstRule };
}
