import { SINGLETONS, type Owned, type Singleton, type TypeName } from "./objects";
import { planFiles, type PlanCall, type PlanFile } from "./request";

const OWNED: readonly Owned[] = ["NetworkListener", "MtaRoute", "MtaTlsStrategy", "MtaInboundThrottle", "Tracer", "Application"];
const isSingleton = (type: TypeName): type is Singleton => (SINGLETONS as readonly TypeName[]).includes(type);

const readAll = (type: TypeName): PlanCall[] => {
  if (isSingleton(type)) return [[`x:${type}/get`, { ids: ["singleton"] }, type]];
  return (OWNED as readonly TypeName[]).includes(type) ? [[`x:${type}/get`, { ids: null }, type]] : [];
};

/**
 * Reads all that the plan writes at every start, so that the start script can tell what somebody changed by hand since the
 * last one. What the plan writes only under a condition is not among it, and nothing that the server changes by itself.
 */
export function stateFiles(plan: readonly PlanFile[]): PlanFile[] {
  const always = plan.filter(({ name }) => !name.includes(".if.") && !name.includes(".unless."));
  const written = always.flatMap(({ request }) => request.methodCalls.filter(([method]) => method.endsWith("/set")).map(([method]) => method.slice(2, -4) as TypeName));
  return planFiles(
    "state",
    [...new Set(written)].map(readAll),
  ).map(({ name, request }) => ({ name: name.replace(/json$/, "get"), request }));
}
