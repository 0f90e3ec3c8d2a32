import { goDuration } from "../duration";

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = new RegExp(`^(?:0|(?:${PART.source})+)$`);

/** At most nine digits after the point, no zeros at the end. */
const decimal = (value: number): string => value.toFixed(9).replace(/\.?0+$/, "");

/**
 * A duration as Go prints it (time.Duration.String), which is what the engine's answer is compared with: `60s` is `1m0s`.
 * @returns undefined when Go could not read it (time.ParseDuration; a health check has no negative one)
 */
export function canonicalDuration(text: string): string | undefined {
  if (!WHOLE.test(text)) return undefined;
  const ns = Math.round([...text.matchAll(PART)].reduce((sum, [, value, unit]) => sum + Number(value) * UNITS[unit], 0));
  if (ns === 0) return "0s";
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${decimal(ns / 1e3)}µs`;
  if (ns < 1e9) return `${decimal(ns / 1e6)}ms`;
  const rest = ns % 1e9;
  const whole = goDuration((ns - rest) / 1e9);
  return rest === 0 ? whole : `${whole.slice(0, -1)}${decimal(rest / 1e9).slice(1)}s`;
}
