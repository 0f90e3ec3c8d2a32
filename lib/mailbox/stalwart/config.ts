import type { Deployment } from "../../config";
import type { SecretRef } from "./objects";
import { secretRef } from "./stores";

/** Stalwart's `config.json`: the data store and nothing else; everything else is in it. */
export interface StalwartConfig {
  readonly "@type": "PostgreSql";
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly authUsername: string;
  readonly authSecret: SecretRef;
}

export const stalwartConfig = ({ backends: { postgres } }: Pick<Deployment, "backends">): StalwartConfig => ({
  "@type": "PostgreSql",
  host: postgres.host,
  port: postgres.port,
  database: postgres.database,
  authUsername: postgres.user,
  authSecret: secretRef("STALWART_DB_PASSWORD"),
});
