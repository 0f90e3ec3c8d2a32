import type { Deployment } from "../config";
import type { Wire } from "../wire";
import { maddyServer } from "./maddy/server";
import type { MailServer } from "./server";
import { stalwartServer } from "./stalwart/server";

const SERVERS = { stalwart: stalwartServer, maddy: maddyServer } as const;

/** The deployment's mail server, ready to be placed. */
export const mailServerOf = (deployment: Deployment, wire: Wire): MailServer => SERVERS[deployment.mailbox.server](deployment, wire);
