import type { Deployment } from "../../config";
import type { SecretName } from "../../config/contract";
import { PRIVATE_PORTS, webHosts, type Wire } from "../../wire";
import { environmentOf, script, secretFilesOf } from "../parts";
import { HOME } from "../paths";
import type { MailServer } from "../server";
import { stalwartConfig } from "./config";
import { startPlan } from "./plan";
import { planText } from "./request";
import { stateFiles } from "./state";
import { s3Url } from "./stores";

function secretsOf({ mailbox: { smarthost, certificates }, backends: { redis, s3 } }: Deployment): SecretName[] {
  return [
    "STALWART_DB_PASSWORD",
    "STALWART_ADMIN_PASSWORD",
    ...(redis ? (["STALWART_REDIS_PASSWORD"] as const) : []),
    ...(s3 ? (["STALWART_S3_ACCESS_KEY", "STALWART_S3_SECRET_KEY"] as const) : []),
    ...(smarthost?.user === undefined ? [] : (["STALWART_SMARTHOST_PASSWORD"] as const)),
    ...(certificates.kind === "acme" && certificates.challenge === "dns-01" ? (["STALWART_ACME_KEY", "STALWART_ACME_TOKEN"] as const) : []),
    ...(certificates.kind === "acme" && certificates.eab ? (["STALWART_ACME_EAB_KEY_ID", "STALWART_ACME_EAB_HMAC_KEY"] as const) : []),
  ];
}

/**
 * The URL that Stalwart gives out in its discovery documents. It takes the host name's, which reaches the web server where
 * the edge does not hand that name to the mailbox; then logins to the administration go where people reach it.
 */
function publicUrl(deployment: Deployment, { mailbox, listeners }: Wire): Record<string, string> {
  const admin = listeners.find(({ line }) => line === "admin");
  if (admin === undefined || webHosts(deployment).includes(deployment.hostname)) return {};
  return { STALWART_PUBLIC_URL: deployment.adminVhost ? `https://${deployment.adminVhost}` : `http://${mailbox.host}:${admin.port}` };
}

/** Stalwart in its official image, under the start script that applies the plan. */
export function stalwartServer(deployment: Deployment, wire: Wire): MailServer {
  const [start, health] = [script("stalwart/start.sh"), script("stalwart/health.sh")];
  const plan = startPlan(deployment, wire);
  const { redis, s3 } = deployment.backends;
  return {
    name: "stalwart",
    image: deployment.mailbox.image,
    entrypoint: ["/bin/sh", start.path],
    environment: {
      ...environmentOf(deployment, wire),
      ...(redis ? { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) } : {}),
      ...(s3 ? { S3_URL: s3Url(s3) } : {}),
      RECOVERY_PORT: String(PRIVATE_PORTS.recovery),
      DOMAIN: deployment.domains[0],
      // The node's stable name; the container's host name is the namespace's.
      STALWART_HOSTNAME: wire.mailbox.name,
      ...publicUrl(deployment, wire),
    },
    files: [
      script("common.sh"),
      start,
      health,
      { path: `${HOME}/config.json`, content: `${JSON.stringify(stalwartConfig(deployment), null, 2)}\n` },
      ...[...plan, ...stateFiles(plan)].map((file) => ({ path: `${HOME}/plan/${file.name}`, content: planText(file) })),
    ],
    secretFiles: secretFilesOf(deployment, secretsOf(deployment)),
    user: "2000:2000",
    // Nothing of worth is in either, but the image declares both: unmapped, each container would leave one behind.
    volumes: [
      { name: "stalwart", path: "/var/lib/stalwart" },
      { name: "stalwart-etc", path: "/etc/stalwart" },
    ],
    healthCommand: ["/bin/sh", health.path],
  };
}
