import { EDGE_PEER, edgeMayOpen, type Wire } from "../../wire";
import { DAY, HOUR, type AllowedIp, type BanReason, type Rate, type Security } from "./objects";
import { create, destroyFound, findText, optional, planFile, setSingleton, type PlanFile } from "./request";

/** By this text the plan knows its own entries in the allow-list; others are left alone. */
export const ALLOWED_REASON = "tailwart: an edge";

/** Failures in a day before a ban, as upstream has them. The ban is finite: upstream's is for ever. */
const FAILURES: Readonly<Record<BanReason, number>> = { auth: 100, abuse: 35, loiter: 150, scan: 30 };

const security = Object.fromEntries(
  Object.entries(FAILURES).flatMap(([reason, count]): [string, number | Rate][] => [
    [`${reason}BanPeriod`, HOUR],
    [`${reason}BanRate`, { count, period: DAY }],
  ]),
) as unknown as Security;

/**
 * Where an edge opens a line without a PROXY header, its address stands for everybody behind it: five wrong passwords of one
 * stranger would close the line for all. So it must never be banned there.
 */
export const needsAllowList = (wire: Wire): boolean => wire.listeners.some(({ proxy, line }) => proxy === "none" && edgeMayOpen(wire, line));

/** The public addresses too: an edge's host that uses its own public name appears with them. */
function allowed(wire: Wire): Record<string, AllowedIp> {
  if (!needsAllowList(wire)) return {};
  const entries = [EDGE_PEER, ...wire.edges.flatMap(({ ipv4, ipv6 }) => [ipv4, ...(ipv6 === undefined ? [] : [ipv6])])];
  return Object.fromEntries(entries.map((address, index) => [`allowed_${index + 1}`, { address, reason: ALLOWED_REASON }]));
}

export function securityFiles(wire: Wire): PlanFile[] {
  const entries = allowed(wire);
  return [
    planFile(
      "40-security",
      setSingleton("Security", security),
      // A forwarding header would be believed from anybody.
      setSingleton("Http", { useXForwarded: false }),
      findText("AllowedIp", "allowed", ALLOWED_REASON, ["reason"]),
    ),
    planFile("41-allowed", destroyFound("AllowedIp", "allowed"), ...(Object.keys(entries).length > 0 ? [optional(create("AllowedIp", entries))] : [])),
  ];
}
