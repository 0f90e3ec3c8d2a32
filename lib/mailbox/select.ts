import type { Deployment } from "../config";
import type { Wire } from "../wire";
import type { MailServer } from "./server";

export function mailServerOf(deployment: Deployment, _wire: Wire): MailServer {
  return {
    name: deployment.mailbox.server,
    image: deployment.mailbox.image,
    entrypoint: ["/bin/sh", "/opt/tailwart/start.sh"],
    environment: {},
    files: [],
    secretFiles: [],
    user: "2000:2000",
    volumes: [],
    healthCommand: ["true"],
  };
}
