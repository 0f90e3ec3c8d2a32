import { compare, dnsRecords, zonesOf, type Finding as DnsFinding, type Known } from "../../dns";
import { askStalwart } from "../../dns/ask-stalwart";
import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground } from "../ground";
import { adminOf } from "../stalwart";

const VERBS = { missing: "is missing", different: "is another one", extra: "is too much" } as const;

function finding({ kind, name, type, wanted, live, why }: DnsFinding): Finding {
  const values = [...(live === undefined ? [] : [`there is ${live}`]), ...(wanted === undefined ? [] : [`wanted ${wanted}`]), ...(why === undefined ? [] : [why])];
  return { where: `${name} ${type}`, what: `${VERBS[kind]}: ${values.join("; ")}`, key: `${kind} ${wanted ?? live}` };
}

/** DKIM keys and the account with the authority, where the server says them; what nobody knows is not compared. */
async function knownOf(ground: Ground): Promise<Known> {
  const port = ground.wire.listeners.find(({ line }) => line === "admin")?.port;
  if (port === undefined) return {};
  try {
    const { user, pass } = adminOf(ground);
    return await askStalwart({ way: ground.sidecar, port, user, password: pass, seconds: 6 });
  } catch {
    return {};
  }
}

export const dnsRecordsCheck: Check = {
  name: "dns-records",
  proves: "the zones say what this deployment needs, as the world sees them",
  from: "operator",
  severity: "error",
  symptom: "mail does not arrive, is refused or filed as spam; clients do not find their settings",
  cause: "a record was never entered, or the edge, the mailbox's way out or a setting has changed since",
  fix: "npm run dns prints every record, and npm run dns -- --diff the difference; a record that was just changed takes as long as its old TTL",
  preflight: true,
  seconds: 25,
  async run(ground) {
    const plan = dnsRecords(ground.deployment, ground.wire, await knownOf(ground));
    const compared = await Promise.all(zonesOf(plan).map((zone) => compare(zone, plan, ground.lookup)));
    const findings = compared.flatMap((one) => one.findings);
    const [silence] = compared.flatMap(({ unanswered }) => unanswered);
    if (findings.length === 0 && silence !== undefined) throw new CannotAsk(silence);
    return findings.map(finding);
  },
};
