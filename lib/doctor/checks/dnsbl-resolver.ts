import { LISTS, troubleWith } from "../blocklists";
import type { Check } from "../check";
import { settled } from "../settled";

export const dnsblResolver: Check = {
  name: "dnsbl-resolver",
  proves: "blocklists answer the mailbox's resolver",
  from: "mailbox",
  severity: "warning",
  symptom: "much spam gets through, or good mail is filed as spam because an answer that means \"refused\" is read as \"listed\"",
  cause: "the mailbox asks through a large public resolver (8.8.8.8, 1.1.1.1 …), whose questions blocklists refuse, or through one that rewrites answers",
  fix: "give the mailbox's host a resolver of its own (unbound), and the tailnet that resolver (Tailscale: DNS, nameservers; Headscale: dns.nameservers); or get a key for Spamhaus DQS",
  seconds: 20,
  run: (ground) =>
    settled(
      // One list for all: the others refuse the same resolvers.
      LISTS.slice(0, 1).map(async (list) => {
        const trouble = await troubleWith(ground, list);
        return trouble === undefined ? [] : [{ where: "the mailbox's resolver", what: trouble }];
      }),
    ),
};
