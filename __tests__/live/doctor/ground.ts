import { run } from "../../../lib/site/run";
import { fromHere, type Way } from "../../../lib/site/tunnel";
import { groundOf, type Ground, type Shell } from "../../../lib/doctor/ground";
import { deployment } from "../../deployment";
import { makeWire } from "../../../lib/wire";

/** A shell behind a prefix such as `ip netns exec NAME`; connections go the way that is given. */
export const shellOf = (from: string, prefix: readonly string[] = [], way: Way = fromHere): Shell => ({
  from,
  open: (host, port) => way.open(host, port),
  exec: ([program, ...args], options = {}) => {
    const [first, ...rest] = [...prefix, program, ...args];
    return run(first, rest, { environment: process.env, seconds: 30, ...options });
  },
});

/** The real ground of a deployment, with other programs behind the doors that a test names. */
export function testGround(overrides: Readonly<Record<string, string | undefined>> = {}, doors: Partial<Ground> = {}): Ground {
  const read = deployment(overrides);
  return { ...groundOf(read, makeWire(read), process.cwd(), process.env), ...doors };
}
