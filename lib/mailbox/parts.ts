import { basename } from "node:path";
import { assetText } from "../asset";
import type { Deployment } from "../config";
import type { SecretName } from "../config/contract";
import { secretFile } from "../docker/secret-file";
import type { LineName, Wire } from "../wire";
import { HOME, TLS_CHAIN, TLS_KEY } from "./paths";
import type { MailServer } from "./server";

/** A script of this folder as a file of the container. */
export const script = (name: string): { path: string; content: string; executable: true } => ({
  path: `${HOME}/${basename(name)}`,
  content: assetText(`mailbox/${name}`),
  executable: true,
});

const portOf = ({ listeners }: Wire, line: LineName): Record<string, string> => {
  const found = listeners.find((listener) => listener.line === line);
  return found ? { [`${line.toUpperCase()}_PORT`]: String(found.port) } : {};
};

/** What both start scripts are told: names and ports, never a secret (see common.sh). */
export function environmentOf({ backends: { postgres }, mailbox: { certificates } }: Deployment, wire: Wire): Record<string, string> {
  return {
    DB_HOST: postgres.host,
    DB_PORT: String(postgres.port),
    ...portOf(wire, "smtp"),
    ...portOf(wire, "admin"),
    ...(certificates.kind === "files" ? { TLS_FILES: `${TLS_CHAIN} ${TLS_KEY}` } : {}),
  };
}

/** The named secrets, and the certificate's files. */
export function secretFilesOf(deployment: Deployment, names: readonly SecretName[]): MailServer["secretFiles"] {
  const { certificates } = deployment.mailbox;
  return [
    ...names.map((name) => secretFile(deployment, name)).map(({ path, source, hash }) => ({ path, file: { source, hash } })),
    ...(certificates.kind === "files" ? [{ path: TLS_CHAIN, file: certificates.chain }, { path: TLS_KEY, file: certificates.key }] : []),
  ];
}
