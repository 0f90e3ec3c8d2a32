import { codesOf, LISTS } from "../blocklists";
import type { Check, Finding } from "../check";
import { egressOf } from "../egress";
import type { Ground } from "../ground";
import { settled } from "../settled";

/** Where mail leaves (when it is ours to send), and where it comes in. */
async function addressesOf(ground: Ground): Promise<Map<string, string>> {
  const own = new Map<string, string>(ground.wire.edges.flatMap(({ name, ipv4, ipv6 }) => [ipv4, ipv6].flatMap((address) => (address === undefined ? [] : [[address, `the edge ${name}`] as const]))));
  if (ground.deployment.mailbox.smarthost !== undefined) return own;
  // Who cannot say where mail leaves is told so by fcrdns and spf-egress.
  for (const address of (await egressOf(ground).catch(() => undefined))?.addresses ?? []) own.set(address, "where mail leaves");
  return own;
}

export const dnsbl: Check = {
  name: "dnsbl",
  proves: "no large blocklist has a public address of this deployment",
  from: "mailbox",
  severity: "warning",
  symptom: "some receivers refuse the mail and name the list in their answer",
  cause: "somebody who had the address before, mail that left through an open account, or an address of a range from which no mail is expected (Spamhaus PBL: 127.0.0.10, 127.0.0.11)",
  fix: "find out why first (npm run doctor -- --only open-relay; logs of sent mail), then ask for removal on the list's own page (check.spamhaus.org, spamcop.net/bl.shtml, psbl.org, barracudacentral.org/lookups); a dynamic address sends through a smarthost (STALWART_SMARTHOST)",
  preflight: true,
  seconds: 25,
  async run(ground) {
    const addresses = [...(await addressesOf(ground))];
    const asked = addresses.flatMap(([address, role]) =>
      LISTS.map(async (list): Promise<Finding[]> => {
        const codes = await codesOf(ground, address, list);
        return codes.length === 0 ? [] : [{ where: address, what: `is on ${list} (${codes.join(", ")}); it is ${role}`, key: `on ${list}` }];
      }),
    );
    // Where one list answers something is known; all silent is dnsbl-resolver's business too.
    const results = await Promise.allSettled(asked);
    const answered = results.flatMap((one) => (one.status === "fulfilled" ? [Promise.resolve(one.value)] : []));
    return settled(answered.length > 0 ? answered : asked);
  },
};
