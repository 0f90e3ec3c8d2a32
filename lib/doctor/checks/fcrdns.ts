import { reverseName } from "../../dns/reverse";
import type { Check, Finding } from "../check";
import { canonical, egressOf } from "../egress";
import type { Ground } from "../ground";
import { settled } from "../settled";

async function forward({ lookup }: Ground, name: string): Promise<string[]> {
  return (await Promise.all([lookup(name, "A"), lookup(name, "AAAA")])).flat().map(canonical);
}

async function back(ground: Ground, address: string, from: string): Promise<Finding[]> {
  const names = await ground.lookup(reverseName(address), "PTR");
  if (names.length === 0) return [{ where: address, what: `has no reverse name (PTR); it is where mail leaves (${from})`, key: "no PTR" }];
  const confirmed = await Promise.all(names.map(async (name) => (await forward(ground, name)).includes(address)));
  return confirmed.includes(true) ? [] : [{ where: address, what: `its reverse name ${names.join(", ")} does not lead back to it; it is where mail leaves (${from})`, key: "PTR not confirmed" }];
}

/** Forward-confirmed reverse DNS (RFC 8601 section 3) of the address that mail leaves from; a smarthost's is the smarthost's business. */
export const fcrdns: Check = {
  name: "fcrdns",
  proves: "the address that mail leaves from has a reverse name that leads back to it, and the name in HELO resolves",
  from: "mailbox",
  severity: "error",
  symptom: "large providers refuse the mail (Gmail 5.7.25, Outlook 550 5.7.1) or file it as spam",
  cause: "no PTR record for the address from which mail leaves, or its name has no A or AAAA record with that address",
  fix: "set the PTR where the address is rented (often: support, or the network page of the panel) to a name that has this address, best MAIL_HOSTNAME where both are one; or send through a smarthost (STALWART_SMARTHOST)",
  preflight: true,
  seconds: 20,
  async run(ground) {
    const { hostname, mailbox } = ground.deployment;
    const helo = async (): Promise<Finding[]> =>
      (await forward(ground, hostname)).length > 0 ? [] : [{ where: hostname, what: "the name in HELO has no A or AAAA record", cause: "MAIL_HOSTNAME is not in the zone", fix: "npm run dns prints the record" }];
    const reverse = async (): Promise<readonly Finding[]> => {
      if (mailbox.smarthost !== undefined) return [];
      const { addresses, from } = await egressOf(ground);
      return settled(addresses.map((address) => back(ground, address, from)));
    };
    return settled([helo(), reverse()]);
  },
};
