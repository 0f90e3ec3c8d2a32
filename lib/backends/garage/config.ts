import { PRIVATE_PORTS } from "../../wire";
import type { S3Site } from "../../config";

/** Garage's configuration for one node that only loopback reaches (garagehq.deuxfleurs.fr, "Configuration file format"). */
export function garageConfig(s3: S3Site): string {
  return `metadata_dir = "/var/lib/garage/meta"
data_dir = "/var/lib/garage/data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${PRIVATE_PORTS.garageRpc}"
rpc_public_addr = "127.0.0.1:${PRIVATE_PORTS.garageRpc}"
rpc_secret_file = "/tmp/rpc_secret"

[s3_api]
s3_region = "${s3.region}"
api_bind_addr = "${s3.host}:${s3.port}"
`;
}
