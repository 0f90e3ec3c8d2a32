import { isIP } from "node:net";

const LOOPBACK = /^(?:127\.|::1$|0:0:0:0:0:0:0:1$|::ffff:127\.)/i;
/** Lines of a Caddyfile, or of JSON with comments, that name whom to call. */
const CALLS = /(?:^\s*(?:dial|proxy|upstream|reverse_proxy)\b|"dial")(.*)$/gim;

/** The host of `[network/]host:port`, without brackets. */
const hostOf = (target: string): string =>
  target
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^(?:tcp|udp)[46]?\//i, "")
    .replace(/^\[([^\]]+)\](?::.*)?$/, "$1")
    .replace(/^([^:]+):[^:]*$/, "$1");

const isOutsideAddress = (target: string): boolean => {
  const host = hostOf(target).replace(/%.*$/, "");
  return isIP(host) !== 0 && !LOOPBACK.test(host);
};

function dialsIn(value: unknown, inDial = false): string[] {
  if (typeof value === "string") return inDial ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => dialsIn(one, inDial));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => dialsIn(one, key === "dial"));
}

/** Every dial target of a configuration file: `dial` anywhere in JSON, else by lines. */
function dialTargets(text: string): string[] {
  try {
    return dialsIn(JSON.parse(text));
  } catch {
    return [...text.matchAll(CALLS)].flatMap(([, rest]) => rest.split(/[\s,"']+/));
  }
}

/** Dial targets that are addresses of other machines. */
export const dialedAddresses = (text: string): string[] => dialTargets(text).filter(isOutsideAddress);
