import { MistakesError } from "../errors";
import { table } from "../text";
import { LOOKS, type Finding } from "./looks";
import type { Options } from "./options";
import { orphans } from "./orphans";
import { dropPlans, planAll } from "./plans";
import { engines, programs } from "./preconditions";
import { followRenamed } from "./renamed";
import { siteOf, type Place, type Site } from "../site/site";

type Row = Finding & { readonly stack: string };
interface Seen {
  readonly drift: readonly Row[];
  readonly errors: readonly Row[];
}

/**
 * `npm run drift`: what is no longer as it was deployed, by Terraform's plans (never with -refresh-only, whose exit code says
 * nothing here) and by our own looks at what a plan cannot see. Changes nothing.
 * @returns 0: all as it should be, 2: something differs, 1: something could not be asked
 */
export const drift = async (place: Place, options: Options): Promise<number> => driftSite(siteOf(place, options));

/** {@link drift} for a project that is synthesized. */
export async function driftSite(site: Site): Promise<number> {
  const problems = [...(await programs(site)), ...(await engines(site))];
  if (problems.length > 0) throw new MistakesError(problems);
  followRenamed(site);
  const seen = await Promise.all([plansSeen(site), looksSeen(site)]);
  const errors = seen.flatMap((one) => one.errors);
  const rows = [...seen.flatMap((one) => one.drift), ...orphans(site).map((what) => ({ stack: "", where: "", what }))];
  report(site, rows, errors);
  return errors.length > 0 ? 1 : rows.length > 0 ? 2 : 0;
}

const WORDS: Readonly<Record<string, string>> = { create: "is missing; deploy makes it", delete: "is too much; deploy removes it", replace: "differs; deploy replaces it", update: "differs; deploy changes it in place" };

async function plansSeen(site: Site): Promise<Seen> {
  try {
    const plans = await planAll(site);
    return {
      errors: plans.flatMap(({ stack, failure }) => (failure === undefined ? [] : [{ stack: stack.name, where: "terraform", what: failure.line }])),
      drift: plans.flatMap(({ stack, changes }) =>
        // A wait that would be done again says nothing that its container does not say.
        changes.filter(({ address }) => stack.isVisible(address) && stack.waitsFor(address) === undefined).map(({ address, action }) => ({ stack: stack.name, where: stack.nameOf(address), what: WORDS[action] ?? action })),
      ),
    };
  } finally {
    dropPlans(site.chosen);
  }
}

async function looksSeen(site: Site): Promise<Seen> {
  const found = await Promise.all(
    site.chosen.flatMap((stack) =>
      Object.entries(LOOKS).map(async ([name, look]): Promise<Seen> => {
        try {
          return { drift: (await look(site, stack)).map((one) => ({ stack: stack.name, ...one })), errors: [] };
        } catch (error) {
          return { drift: [], errors: [{ stack: stack.name, where: `look ${name}`, what: error instanceof Error ? error.message : String(error) }] };
        }
      }),
    ),
  );
  return { drift: found.flatMap((one) => one.drift), errors: found.flatMap((one) => one.errors) };
}

function report(site: Site, rows: readonly Row[], errors: readonly Row[]): void {
  const cells = (list: readonly Row[], kind: string): string[][] => list.map(({ stack, where, what }) => [kind, stack, where, what]);
  for (const line of table([...cells(rows, "drift"), ...cells(errors, "error")])) site.say(line);
  const asked = site.chosen.map(({ name }) => name).join(", ");
  if (rows.length + errors.length === 0) site.say(`no drift: ${asked}; plans, ${Object.keys(LOOKS).join(", ")}`);
}
