import type { Deployment } from "../../config";
import { refuseIfAny } from "../../errors";
import type { Wire } from "../../wire";
import { accountFiles } from "./accounts";
import { acmeFiles } from "./acme";
import { certificateFiles } from "./certificate";
import { domainFiles } from "./domains";
import { downloadFiles } from "./downloads";
import { checkPlan } from "./lint";
import { listenerFiles } from "./listeners";
import { mtaFiles } from "./mta";
import type { PlanFile } from "./request";
import { securityFiles } from "./security";
import { storeFiles } from "./stores";
import { systemFiles } from "./system";
import { tracerFiles } from "./tracer";

/**
 * All of Stalwart's settings that belong to this deployment, as requests to its API in the order in which they are sent.
 * Sent at every start; what is there already stays.
 * @throws MistakesError with one line for each breach of a rule: a plan that the server refuses means no mail
 */
export function startPlan(deployment: Deployment, wire: Wire): PlanFile[] {
  const files = [
    ...domainFiles(deployment),
    ...systemFiles(deployment, wire),
    ...listenerFiles(wire),
    ...storeFiles(deployment),
    ...securityFiles(wire),
    ...mtaFiles(deployment),
    ...downloadFiles(deployment),
    ...tracerFiles(),
    ...accountFiles(deployment),
    ...certificateFiles(deployment),
    ...acmeFiles(deployment),
  ];
  refuseIfAny(checkPlan(files, wire));
  return files;
}
