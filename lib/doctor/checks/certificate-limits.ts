import { certificateHosts, isLetsEncrypt } from "../acme";
import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground } from "../ground";
import { settled } from "../settled";

/** letsencrypt.org/docs/rate-limits: in seven days, for exactly the same names, and for a registered domain. */
const DUPLICATES = { most: 5, near: 4 };
const ISSUED = { most: 50, near: 45 };
const WEEK = 7 * 24 * 60 * 60 * 1000;
const PAGES = 4;

interface Issuance {
  readonly id: string;
  readonly dns_names: readonly string[];
  readonly not_before: string;
  readonly issuer?: { readonly name?: string; readonly friendly_name?: string };
}

/** What the certificate transparency logs have of a domain (sslmate.com/help/reference/ct_search_api_v1). */
async function issuances(ground: Ground, domain: string): Promise<Issuance[]> {
  const all: Issuance[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const after = page === 0 ? "" : `&after=${all[all.length - 1].id}`;
    const { status, body } = await ground.http(`https://api.certspotter.com/v1/issuances?domain=${domain}&include_subdomains=true&expand=dns_names&expand=issuer${after}`);
    if (status === 429) throw new CannotAsk("certspotter has had enough of our questions for now; ask again in an hour");
    if (status !== 200) throw new CannotAsk(`certspotter answers with status ${status}`);
    const found = JSON.parse(body) as Issuance[];
    if (found.length === 0) break;
    all.push(...found);
  }
  return all;
}

function limits(ground: Ground, domain: string, all: readonly Issuance[]): Finding[] {
  const recent = all.filter(({ not_before, issuer }) => ground.now().getTime() - Date.parse(not_before) < WEEK && /let'?s encrypt/i.test(`${issuer?.name} ${issuer?.friendly_name}`));
  const sets = new Map<string, number>();
  for (const { dns_names } of recent) sets.set([...dns_names].sort().join(" "), (sets.get([...dns_names].sort().join(" ")) ?? 0) + 1);
  const own = certificateHosts(ground);
  const state = (count: number, { most }: typeof ISSUED): string => `${count} of ${most} in the last seven days${count >= most ? ": no more until the oldest is a week old" : ""}`;
  return [
    ...[...sets].filter(([names, count]) => count >= DUPLICATES.near && names.split(" ").some((name) => own.includes(name) || name.startsWith("*."))).map(([names, count]): Finding => ({ where: names, what: `the same certificate, ${state(count, DUPLICATES)}`, key: "duplicates" })),
    ...(recent.length >= ISSUED.near ? [{ where: domain, what: `certificates for this domain, ${state(recent.length, ISSUED)}`, key: "domain" }] : []),
  ];
}

export const certificateLimits: Check = {
  name: "certificate-limits",
  proves: "no rate limit of Let's Encrypt is near",
  from: "operator",
  severity: "warning",
  symptom: "the authority answers urn:ietf:params:acme:error:rateLimited, and the renewal task retries in vain",
  cause: "the same certificate was ordered again and again, mostly because each one was lost (settings that are not kept, a volume that was deleted), or tests ran against the real directory",
  fix: "stop redeploying; use STALWART_ACME_DIRECTORY=https://acme-staging-v02.api.letsencrypt.org/directory while testing; the limit moves on by itself",
  lesson: "7-no-certificate-and-every-check-blind",
  preflight: true,
  seconds: 25,
  needless: ({ deployment: { mailbox } }) => (mailbox.certificates.kind === "acme" && isLetsEncrypt(mailbox.certificates) ? undefined : "no certificate comes from Let's Encrypt"),
  run: (ground) => settled(ground.deployment.domains.map(async (domain) => limits(ground, domain, await issuances(ground, domain)))),
};
