import { isIPv4 } from "node:net";
import { spfOf as spfTerms, spfText } from "../../dns/spf";
import { readSpf } from "../../dns/spf-record";
import { CannotAsk, type Check, type Finding } from "../check";
import { egressOf, type Egress } from "../egress";
import type { Ground } from "../ground";
import { settled } from "../settled";
import { NOBODY, spfOf, spfRecords } from "../spf";

/** Addresses that our mail comes from, as a receiver sees them. */
async function senders(ground: Ground): Promise<Egress> {
  const { smarthost } = ground.deployment.mailbox;
  if (smarthost === undefined) return egressOf(ground);
  const addresses = isIPv4(smarthost.host) ? [smarthost.host] : [...(await ground.lookup(smarthost.host, "A")), ...(await ground.lookup(smarthost.host, "AAAA"))];
  return { addresses, from: `the smarthost ${smarthost.host}` };
}

/** A smarthost often sends from other addresses than it takes mail at: then what its maker asks for has to stand in the record. */
function namesSmarthost({ deployment }: Ground, record: string): boolean {
  const { terms = [] } = spfTerms(deployment);
  const present = (readSpf(record)?.terms ?? []).filter(({ qualifier }) => qualifier === "+").map(({ mechanism }) => mechanism);
  const wanted = (readSpf(spfText(terms, "fail"))?.terms ?? []).filter(({ mechanism }) => mechanism !== "all");
  return deployment.mailbox.smarthost !== undefined && terms.length > 0 && wanted.every(({ mechanism }) => present.includes(mechanism));
}

async function domainFindings(ground: Ground, domain: string): Promise<Finding[]> {
  const { lookup, deployment } = ground;
  const verdict = (ip: string): ReturnType<typeof spfOf> => spfOf(lookup, domain, ip, deployment.hostname);
  const finding = (what: string, key: string): Finding => ({ where: domain, what, key });
  const records = await spfRecords(lookup, domain);
  if (records.length === 0) return [finding("has no SPF record", "none")];
  if (records.length > 1) return [finding(`has ${records.length} SPF records, which counts as none (RFC 7208 section 4.5): ${records.map((one) => `"${one}"`).join(" and ")}`, "two records")];
  const whole = await verdict(NOBODY);
  if (whole.result === "temperror") throw new CannotAsk(`SPF of ${domain}: ${whole.reason}`);
  if (whole.result === "permerror") return [finding(`the record is broken: ${whole.reason} (RFC 7208 allows ten look-ups): "${records[0]}"`, "broken")];
  if (whole.result === "pass") return [finding(`the record lets everybody send: "${records[0]}"`, "everybody")];
  if (namesSmarthost(ground, records[0])) return [];
  const { addresses, from } = await senders(ground);
  const results = await Promise.all(addresses.map(async (address) => ({ address, ...(await verdict(address)) })));
  const failed = results.filter(({ result }) => result !== "pass");
  // A smarthost that passes with one address is known to the record; of ours each has to pass.
  if (deployment.mailbox.smarthost !== undefined && failed.length < results.length) return [];
  return failed.map(({ address, result }) => finding(`${result} for ${address} (${from}): "${records[0]}"`, `not ${address}`));
}

export const spfEgress: Check = {
  name: "spf-egress",
  proves: "SPF of every domain passes for the addresses that its mail leaves from",
  from: "mailbox",
  severity: "error",
  symptom: "mail lands in spam or is refused (Gmail 5.7.26, \"SPF did not pass\")",
  cause: "the record names the edge, but mail leaves from the mailbox's own address or through the smarthost; or there are two records, or it needs more than ten look-ups",
  fix: "npm run dns prints the record for how mail leaves; set MAIL_EGRESS (direct) or DNS_SPF_ALSO (what the smarthost's maker asks for) in .env first, and keep one record with v=spf1",
  preflight: true,
  seconds: 25,
  run: (ground) => settled(ground.deployment.domains.map((domain) => domainFindings(ground, domain))),
};
