import { reportMistakes } from "../app";
import { projectOf } from "../site/project";
import { readerMayLeave } from "../pipe";
import { askMailbox } from "./ask";
import { zoneOf } from "./authority";
import { liveDiff } from "./live";
import { readOptions } from "./options";
import { dnsRecords } from "./plan";
import { renderForms, renderJson, type RealZones } from "./render-forms";
import { lookupAt } from "./resolver";
import { renderZones } from "./render-zone";
import { renderDiff, statusOf } from "./report";
import { zonesOf, type Zone } from "./zones";

const RENDER = { zone: renderZones, json: renderJson } as const;

/** Which zones exist, by the public resolvers. */
async function realZones(zones: readonly Zone[], resolvers: readonly string[]): Promise<RealZones> {
  const lookup = lookupAt(resolvers);
  const found = await Promise.all(zones.map(async ({ origin }) => [origin, await zoneOf(origin, lookup)] as const));
  return new Map(found.flatMap(([origin, zone]) => (zone === undefined ? [] : [[origin, zone] as const])));
}

/**
 * `npm run dns`: the records of this deployment, or with --diff what of them is live.
 * @returns the exit code; with --diff 0: all as it should be, 2: something differs, 1: something could not be asked
 */
async function main(words: readonly string[], project: string, environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { deployment, wire } = projectOf(project, environment);
    const origins = zonesOf(dnsRecords(deployment, wire)).map(({ origin }) => origin);
    const { form, diff, offline, domains = origins } = readOptions(words, origins);
    const plan = dnsRecords(deployment, wire, offline ? {} : await askMailbox(deployment, wire, project, environment));
    const zones = zonesOf(plan).filter(({ origin }) => domains.includes(origin));
    if (!diff) {
      const real = form === "table" && !offline ? await realZones(zones, deployment.dns.resolvers) : undefined;
      process.stdout.write(form === "table" ? renderForms(zones, plan, real) : RENDER[form](zones, plan));
      return 0;
    }
    const { resolvers } = deployment.dns;
    const diffs = await Promise.all(zones.map((zone) => liveDiff(zone, plan, resolvers)));
    const missing = zones.flatMap((zone) => zone.missing);
    process.stdout.write(form === "json" ? `${JSON.stringify({ zones: diffs, notCompared: missing }, null, 2)}\n` : renderDiff(diffs, { missing }, resolvers));
    return statusOf(diffs);
  } catch (error) {
    return reportMistakes(error, process, "no record was made");
  }
}

if (require.main === module) {
  readerMayLeave("look");
  void main(process.argv.slice(2), process.cwd(), process.env).then((status) => {
    process.exitCode = status;
  });
}
