import type { Deployment } from "../config";
import type { SecretName } from "../config/contract";
import { secretFileName } from "../config/secrets";
import type { ServiceSecretFile } from "./service";

/** Where every container finds the secret of that variable. */
export const secretPath = (name: SecretName): string => `/run/secrets/${secretFileName(name)}`;

/** A secret of the contract as a container's file. The contract has said before whether it is there yet. */
export function secretFile({ secrets }: Pick<Deployment, "secrets">, name: SecretName): ServiceSecretFile {
  const secret = secrets[name];
  if (secret === undefined) throw new Error(`${name} is not part of this deployment`);
  return { path: secretPath(name), source: secret.source, hash: secret.hash };
}
