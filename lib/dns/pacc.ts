import type { Deployment } from "../config";

/** Where clients find the digest of the settings that the mailbox serves (draft-ietf-mailmaint-pacc). */
export const paccName = (domain: string): string => `_ua-auto-config.${domain}`;

export const servesPacc = ({ web }: Pick<Deployment, "web">): boolean => web?.names.includes("ua-auto-config") ?? false;
