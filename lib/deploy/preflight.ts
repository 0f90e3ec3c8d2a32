import { CHECKS } from "../doctor/checks";
import { diagnose } from "../doctor/diagnose";
import { groundOf } from "../doctor/ground";
import { closing, progressLine } from "../doctor/report";
import type { Site } from "../site/site";
import type { Plan } from "./plans";

/** Nothing of it exists yet: everything that is planned is made. */
export const isFirst = (plans: readonly Plan[]): boolean => plans.some(({ changes }) => changes.length > 0) && plans.every(({ changes }) => changes.every(({ action }) => action === "create"));

/**
 * Before the first deploy a person is offered what the doctor can ask already: names, outgoing mail, credentials. It only
 * tells; whoever deploys decides. Without a person one line says how to have it.
 */
export async function offerPreflight(site: Site, attended: boolean): Promise<void> {
  const command = "npm run doctor -- --preflight";
  if (!attended) return site.say(`note: ${command} looks at names, outgoing mail and credentials before the first deploy`);
  const answer = await site.place.ask("\nlook at names, outgoing mail and credentials first? it takes half a minute and changes nothing; yes or no: ");
  if (!/^y(es)?$/i.test(answer.trim())) return;
  const { deployment, wire, place } = site;
  const begun = performance.now();
  const checks = CHECKS.filter(({ preflight }) => preflight);
  const outcomes = await diagnose(checks, groundOf(deployment, wire, place.project, place.environment), (outcome) => site.say(progressLine(outcome)));
  closing(outcomes, (performance.now() - begun) / 1000).forEach((line) => site.say(line));
  site.say(`again at any time: ${command}`);
}
