import type { LineName } from "../../lib/wire";
import { MAIL_HOST, TRAFFIC } from "../addresses";
import { until, type Bench, type Family } from "../bench";
import { lineAccount, type Attempt, type LineAccount } from "../traffic/ledger";
import { Reader } from "../traffic/reader";
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

/** A public line under traffic. */
interface UnderTraffic {
  readonly line: string;
  readonly flow: Traffic | Reader;
}

/** Messages of the submission lines are numbered from here on, so that one mark serves all lines. */
const FIRST: Readonly<Partial<Record<LineName, number>>> = { submissions: 1_000_000, submission: 2_000_000 };
export const isFromOutside = (number: number): boolean => number < 1_000_000;

/** Traffic on every public line: a mail server outside, users who submit, readers who stay logged in. */
export class Flows {
  readonly outside: Traffic;
  private readonly others: readonly UnderTraffic[];

  constructor(bench: Bench, mark: string) {
    this.outside = flow(bench, mark);
    const { address, password: pass } = bench.admin;
    const login = { user: address, pass };
    const open = (port: number) => (number: number) => openOutside(port, familyOf(bench, number));
    const submitters = (["submissions", "submission"] as const).flatMap((name): UnderTraffic[] => {
      const line = bench.line(name);
      if (line === undefined) return [];
      const tls = { how: name === "submissions" ? "tls" : "starttls", servername: MAIL_HOST } as const;
      const who = { from: address, to: address, helo: TRAFFIC.host, login, tls };
      return [{ line: name, flow: new Traffic({ open: open(line.port), mark, pause: 1500, first: FIRST[name], ...who }) }];
    });
    const readers = (["imap", "imaps"] as const).flatMap((name): UnderTraffic[] => {
      const line = bench.line(name);
      if (line === undefined) return [];
      const target = { line: name, port: line.port, protocol: line.protocol, tls: name === "imaps", servername: MAIL_HOST };
      return [{ line: name, flow: new Reader({ open: open(line.port), target, login }) }];
    });
    this.others = [...submitters, ...readers];
  }

  /** Waits until all lines have been served for a while from now on. @returns the lines that are not; empty when all are */
  async settled(seconds: number, patience: number): Promise<readonly string[]> {
    const all = [{ line: "smtp", flow: this.outside }, ...this.others].map((one) => ({ ...one, from: one.flow.seconds }));
    const not = () => all.filter(({ flow: { steadySince }, flow: one, from }) => !steadySince.call(one, from, seconds)).map(({ line }) => line);
    await until("all lines are served", patience, async () => (not().length === 0 ? true : undefined)).catch(() => false);
    return not();
  }

  /** @returns every try of senders, and what became of each other line */
  async stop(): Promise<{ readonly outside: readonly Attempt[]; readonly submitted: readonly Attempt[]; readonly lines: readonly LineAccount[] }> {
    const [outside, ...others] = await Promise.all([this.outside.stop(), ...this.others.map(({ flow: one }) => one.stop())]);
    const lines = this.others.map(({ line }, at) => lineAccount(line, others[at]));
    const submitted = this.others.flatMap(({ flow: one }, at) => (one instanceof Traffic ? others[at] : []));
    return { outside, submitted, lines };
  }
}
