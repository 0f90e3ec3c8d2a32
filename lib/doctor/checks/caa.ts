import { certificateHosts, identitiesOf, type Acme } from "../acme";
import { forbids, pinnedAccounts, relevantCaa, type RelevantCaa } from "../caa";
import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground } from "../ground";
import { stalwartOf } from "../stalwart";
import { together } from "../settled";

/** The server's account with the authority; undefined where it cannot be asked. */
async function accountOf(ground: Ground, { directory }: Acme): Promise<string | undefined> {
  const accounts = await stalwartOf(ground).then((api) => api.list("AcmeProvider")).catch(() => []);
  const own = accounts.find((one) => one.directory === directory);
  return typeof own?.accountUri === "string" && own.accountUri !== "" ? own.accountUri : undefined;
}

/** The host's own web server ends TLS for the administration's name, with an account of its own. */
async function atTheEdge(ground: Ground): Promise<Finding[]> {
  const { adminVhost } = ground.deployment;
  if (adminVhost === undefined) return [];
  const relevant = await relevantCaa(ground.lookup, adminVhost);
  const refusal = forbids(relevant, adminVhost, { identities: ["letsencrypt.org", "sectigo.com"] });
  if (relevant === undefined || refusal === undefined) return [];
  return [
    {
      where: adminVhost,
      what: `the CAA at ${relevant.at} ${refusal}: the web server on the edge's host gets no certificate for it`,
      key: "edge",
      fix: `give ${adminVhost} a CAA record of its own (0 issue "letsencrypt.org"); the nearest one counts`,
    },
  ];
}

export const caa: Check = {
  name: "caa",
  proves: "CAA lets the configured authority issue for every name, by this account and this challenge",
  from: "operator",
  severity: "error",
  symptom: "orders fail with urn:ietf:params:acme:error:caa, at the latest when the certificate is to be renewed",
  cause: "a CAA record at the name or above it names another authority, an account that is gone (accounturi), or another challenge (validationmethods)",
  fix: "npm run dns prints the CAA records for this deployment; after a lost database the account is a new one and the record has to follow",
  lesson: "5-a-reverse-proxy-that-could-get-no-certificate",
  preflight: true,
  seconds: 20,
  needless: ({ deployment: { mailbox, adminVhost } }) => (mailbox.certificates.kind === "acme" || adminVhost !== undefined ? undefined : "no certificate comes by ACME"),
  async run(ground) {
    const { certificates } = ground.deployment.mailbox;
    const edge = await atTheEdge(ground);
    if (certificates.kind !== "acme") return edge;
    const relevant = await Promise.all(certificateHosts(ground).map(async (name): Promise<readonly [string, RelevantCaa | undefined]> => [name, await relevantCaa(ground.lookup, name)]));
    if (relevant.every(([, records]) => records === undefined)) return edge;
    const identities = await identitiesOf(ground, certificates);
    const pinned = relevant.flatMap(([, records]) => pinnedAccounts(records));
    const asked = pinned.length === 0 ? undefined : await accountOf(ground, certificates);
    // An account that nobody can name is taken for the right one, and said to be unknown.
    const account = asked ?? pinned[0];
    const said = relevant.flatMap(([where, records]) => {
      const refusal = forbids(records, where, { identities, account, method: certificates.challenge });
      return records === undefined || refusal === undefined ? [] : [{ where, what: `the CAA at ${records.at} ${refusal}` }];
    });
    if (said.length === 0 && edge.length === 0 && pinned.length > 0 && asked === undefined)
      throw new CannotAsk(`CAA pins the account ${pinned[0]}, and the mail server does not say which it has; set STALWART_ADMIN_PASSWORD in .env, or compare in its web administration (ACME providers)`);
    return [...[...together(said)].map(([what, names]) => ({ where: names.join(", "), what })), ...edge];
  },
};
