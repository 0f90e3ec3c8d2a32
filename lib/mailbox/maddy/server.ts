import type { Deployment } from "../../config";
import type { SecretName } from "../../config/contract";
import type { Wire } from "../../wire";
import { environmentOf, script, secretFilesOf } from "../parts";
import { HOME } from "../paths";
import type { MailServer } from "../server";
import { adminOf, maddyConfig, STATE } from "./config";

function secretsOf({ mailbox: { smarthost } }: Deployment): SecretName[] {
  return [
    "STALWART_DB_PASSWORD",
    "STALWART_ADMIN_PASSWORD",
    ...(smarthost?.user === undefined ? [] : (["STALWART_SMARTHOST_PASSWORD"] as const)),
  ];
}

/** maddy in its official image, under a start script. */
export function maddyServer(deployment: Deployment, wire: Wire): MailServer {
  const [start, health] = [script("maddy/maddy.sh"), script("maddy/health.sh")];
  return {
    name: "maddy",
    image: deployment.mailbox.image,
    entrypoint: ["/bin/sh", start.path],
    environment: { ...environmentOf(deployment, wire), ADMIN: adminOf(deployment) },
    files: [script("common.sh"), start, health, { path: `${HOME}/maddy.conf`, content: maddyConfig(deployment, wire) }],
    secretFiles: secretFilesOf(deployment, secretsOf(deployment)),
    // The image's only user. All capabilities but one are dropped.
    user: "0:0",
    volumes: [{ name: "maddy", path: STATE }],
    healthCommand: ["/bin/sh", health.path],
  };
}
