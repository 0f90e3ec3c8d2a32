import { table } from "../../lib/text";
import { refuseIfAny } from "../../lib/errors";
import { hintOf } from "../../lib/site/only";
import { Bench } from "../bench";
import type { Lab } from "../lab";
import { FAULTS } from "./list";
import { kept, rehearse, type Rehearsed } from "./rehearse";

const HEAD = ["fault", "outage", "healed", "sent", "lost", "twice", "what happens"];

/** The table of what each fault cost; of a fault that is not rehearsed here the reason. */
export function faultTable(all: readonly Rehearsed[]): string[] {
  const rows = all.map(({ fault, outage, healed, sent, lost, twice, impossible }) =>
    impossible === undefined
      ? [fault.name, `${outage.toFixed(1)} s`, healed ? "by itself" : "NO", String(sent), lost.length === 0 ? "0" : `${lost.length}: ${lost.slice(0, 5).join(" ")}`, String(twice.length), fault.what]
      : [fault.name, "-", "-", "-", "-", "-", `not rehearsed: ${impossible}`],
  );
  return table([HEAD, ...rows], { right: [1, 3, 5] });
}

/** `npm run lab -- faults`: one after the other, on a lab that is up. @returns the exit code: 1 when one did not heal or lost mail */
export async function faults(lab: Lab, only: readonly string[] | undefined): Promise<number> {
  const bench = new Bench(lab);
  const all = FAULTS.map(({ name }) => name);
  refuseIfAny((only ?? []).filter((name) => !all.includes(name)).map((name) => `--only: got "${name}"; allowed: ${all.join(", ")}${hintOf(name, all)}; take one of them`));
  const wanted = FAULTS.filter(({ name, servers }) => (only?.includes(name) ?? true) && (servers?.includes(bench.server) ?? true));
  const done: Rehearsed[] = [];
  for (const fault of wanted) {
    lab.say(`${fault.name}: ${fault.what}`);
    const one = await rehearse(bench, fault);
    done.push(one);
    lab.say(`  ${one.impossible === undefined ? `outage ${one.outage.toFixed(1)} s, ${one.healed ? "healed by itself" : "NOT HEALED"}; ${one.sent} sent, ${one.accepted} accepted, ${one.lost.length} lost` : `not rehearsed: ${one.impossible}`}`);
  }
  lab.say("");
  faultTable(done).forEach((line) => lab.say(line));
  return done.every(kept) ? 0 : 1;
}
