import { TRAFFIC } from "../addresses";
import { until, type Bench, type Family } from "../bench";
import { Traffic } from "../traffic/sender";
import { openOutside } from "./arrived";

/** Numbered messages from outside to the first account, from now on. */
export function flow(bench: Bench, mark: string): Traffic {
  const port = bench.line("smtp")?.port ?? 0;
  return new Traffic({ open: (number) => openOutside(port, familyOf(bench, number)), from: `joe@${TRAFFIC.host}`, helo: TRAFFIC.host, to: bench.admin.address, mark });
}

/** IPv4 and IPv6 by turns, where the lab has both. */
export const familyOf = ({ families }: Bench, number: number): Family => families[number % families.length];

/** Waits until mail has flowed for a while, all after `from`. @returns whether it does */
export const flows = (traffic: Traffic, from: number, seconds: number, patience: number): Promise<boolean> =>
  until("mail flows", patience, async () => (traffic.steadySince(from, seconds) ? true : undefined)).catch(() => false);
