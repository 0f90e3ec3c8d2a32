import type { BackendsSite, Deployment } from "../../config";
import { secretPath } from "../../docker/secret-file";
import type { SecretName } from "../../config/contract";
import { secretFileName } from "../../config/secrets";
import type { BlobStore, InMemoryStore, SecretRef } from "./objects";
import { placeholder, planFile, setSingleton, type PlanFile } from "./request";

/** A secret that the server reads by itself, at each start. */
export const secretRef = (name: SecretName): SecretRef => ({ "@type": "File", filePath: secretPath(name) });
/** A secret that the start script fills in, where the server takes no reference. */
export const secretText = (name: SecretName): string => placeholder(secretFileName(name));

function inMemory({ redis }: BackendsSite): InMemoryStore {
  if (redis === undefined) return { "@type": "Default" };
  const url = `redis://:${secretText("STALWART_REDIS_PASSWORD")}@${redis.host}:${redis.port}/${redis.database}`;
  return { "@type": "Redis", url, timeout: 10_000, poolMaxConnections: 10 };
}

/** host:port as a URL. */
export const s3Url = ({ tls, host, port }: NonNullable<BackendsSite["s3"]>): string => `${tls ? "https" : "http"}://${host}:${port}`;

function blobs({ s3 }: BackendsSite): BlobStore {
  if (s3 === undefined) return { "@type": "Default" };
  return {
    "@type": "S3",
    region: { "@type": "Custom", customEndpoint: s3Url(s3), customRegion: s3.region },
    bucket: s3.bucket,
    accessKey: secretRef("STALWART_S3_ACCESS_KEY"),
    secretKey: secretRef("STALWART_S3_SECRET_KEY"),
  };
}

/** Short-lived data, message bodies, full text (always in PostgreSQL), and nothing between nodes, for there is one. */
export const storeFiles = ({ backends }: Deployment): PlanFile[] => [
  planFile(
    "35-stores",
    setSingleton("InMemoryStore", inMemory(backends)),
    setSingleton("BlobStore", blobs(backends)),
    setSingleton("SearchStore", { "@type": "Default" }),
    setSingleton("Coordinator", { "@type": "Disabled" }),
  ),
];
