import type { Certificates } from "../config";
import { issuerOf } from "../dns/caa";
import { webHosts } from "../wire";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";

export type Acme = Extract<Certificates, { kind: "acme" }>;

export const isLetsEncrypt = ({ directory }: Acme): boolean => new URL(directory).host.endsWith(".letsencrypt.org");

/** Every name that the mail server wants in a certificate. */
export const certificateHosts = ({ deployment }: Ground): string[] => [...new Set([deployment.hostname, ...webHosts(deployment), ...(deployment.mailbox.tlsNames ?? [])])];

/** What CAA calls the authority. @throws CannotAsk */
export async function identitiesOf(ground: Ground, { directory }: Acme): Promise<readonly string[]> {
  const known = issuerOf(directory);
  if (known !== undefined) return [known];
  const { status, body } = await ground.http(directory);
  const { meta } = (status === 200 ? JSON.parse(body) : {}) as { meta?: { caaIdentities?: string[] } };
  if (meta?.caaIdentities === undefined) throw new CannotAsk(`${directory} does not say what CAA records call it (caaIdentities); compare by hand with what the authority documents`);
  return meta.caaIdentities.map((one) => one.toLowerCase());
}
