import { lookup } from "node:dns/promises";
import type { Deployment } from "../../config";
import { isTailnetAddress } from "../../config/values";
import { Engine } from "../../site/engine";
import { MistakesError } from "../../errors";
import { fromContainer, fromHere, type Way } from "../../site/tunnel";

const sidecarOf = ({ tailnet }: Deployment): string => `tailwart-${tailnet.mailboxName}-sidecar`;

/** The way that the mail server goes, from inside its network namespace; undefined while that does not run. */
export async function mailboxWay(deployment: Deployment, environment: NodeJS.ProcessEnv): Promise<Way | undefined> {
  const { dockerHost } = deployment.mailbox;
  const sidecar = sidecarOf(deployment);
  const state = await new Engine(dockerHost, environment).container(sidecar);
  return state?.status === "running" ? fromContainer(dockerHost, sidecar, "the mailbox's namespace", environment) : undefined;
}

/** From this machine, when it is on the tailnet itself. A port of this machine is no way: loopback is often trusted. */
async function tailnetWay(host: string): Promise<Way | undefined> {
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return addresses.some(({ address }) => isTailnetAddress(address)) ? { ...fromHere, from: "this machine, over the tailnet" } : undefined;
}

/** @throws MistakesError when there is no way through the tailnet */
export async function wayTo(host: string, mailbox: Way | undefined): Promise<Way> {
  const way = mailbox ?? (await tailnetWay(host));
  if (way === undefined)
    throw new MistakesError([`${host}: the mailbox's sidecar does not run yet, and this machine does not know that name of the tailnet; put this machine on the tailnet, or deploy (the mailbox starts its sidecar and waits for the backends), then try again`]);
  return way;
}

/** Ports of the administration are in no grant for the mailbox: this machine first. */
export const adminWayTo = async (host: string, mailbox: Way | undefined): Promise<Way> => (await tailnetWay(host)) ?? wayTo(host, mailbox);
