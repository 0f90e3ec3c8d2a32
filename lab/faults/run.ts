import { table } from "../../lib/text";
import { refuseIfAny } from "../../lib/errors";
import { hintOf } from "../../lib/site/only";
import { Bench } from "../bench";
import type { Lab } from "../lab";
import { FAULTS } from "./list";
import { kept, rehearse, settle, type Rehearsed } from "./rehearse";

const HEAD = ["fault", "outage", "healed", "sent", "late", "lost", "twice", "what happens"];

const lostOf = ({ lost }: Rehearsed): string => (lost.length === 0 ? "0" : `${lost.length}: ${lost.slice(0, 5).join(" ")}`);
const healing = ({ healed }: Rehearsed): string => (healed ? "by itself" : "NO");

/** The table of what each fault cost; of a fault that is not rehearsed here the reason. */
export function faultTable(all: readonly Rehearsed[]): string[] {
  const rows = all.map((one) =>
    one.impossible === undefined
      ? [one.fault.name, `${one.outage.toFixed(1)} s`, healing(one), String(one.sent), String(one.late), lostOf(one), String(one.twice.length), one.problem === undefined ? one.fault.what : `PROBLEM: ${one.problem}`]
      : [one.fault.name, "-", "-", "-", "-", "-", "-", `not rehearsed: ${one.impossible}`],
  );
  return table([HEAD, ...rows], { right: [1, 3, 4, 6] });
}

/** One fault in a few lines, as it comes. */
function told(one: Rehearsed): string[] {
  if (one.impossible !== undefined) return [`  not rehearsed: ${one.impossible}`];
  const account = `  outage ${one.outage.toFixed(1)} s, healed: ${healing(one)}; ${one.sent} sent, ${one.accepted} accepted, ${one.refused.length} never, ${one.lost.length} not there yet, ${one.twice.length} twice`;
  return [account, ...(one.problem === undefined ? [] : [`  PROBLEM: ${one.problem}`]), ...one.reasons.slice(0, 4).map((reason) => `  | ${reason.trim().split("\n")[0].slice(0, 160)}`)];
}

/** `npm run lab -- faults`: one after the other, on a lab that is up. @returns the exit code: 1 when one did not heal or lost mail */
export async function faults(lab: Lab, only: readonly string[] | undefined): Promise<number> {
  const bench = new Bench(lab);
  const all = FAULTS.map(({ name }) => name);
  refuseIfAny((only ?? []).filter((name) => !all.includes(name)).map((name) => `--only: got "${name}"; allowed: ${all.join(", ")}${hintOf(name, all)}; take one of them`));
  const wanted = FAULTS.filter(({ name, servers }) => (only?.includes(name) ?? true) && (servers?.includes(bench.server) ?? true));
  const first: Rehearsed[] = [];
  for (const fault of wanted) {
    lab.say(`${fault.name}: ${fault.what}`);
    const one = await rehearse(bench, fault);
    first.push(one);
    told(one).forEach((line) => lab.say(line));
  }
  const done: Rehearsed[] = [];
  for (const one of first) done.push(await settle(bench, one));
  lab.say("");
  faultTable(done).forEach((line) => lab.say(line));
  const broken = done.filter((one) => !kept(one)).map(({ fault }) => fault.name);
  const rehearsed = done.filter(({ impossible }) => impossible === undefined).length;
  lab.say(`\n${bench.server}: ${broken.length === 0 ? `${rehearsed} rehearsed, healed by itself each time, nothing lost` : `${broken.length} of ${rehearsed} faults did not heal, or lost mail: ${broken.join(", ")}`}`);
  return broken.length === 0 ? 0 : 1;
}
