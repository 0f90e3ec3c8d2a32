import type { Check } from "../check";
import { closesAtOnce } from "../edge-line";
import { notStalwart, stalwartOf } from "../stalwart";

/** Members of a set as the API gives it. */
export const members = (set: unknown): string[] => (typeof set === "object" && set !== null ? Object.entries(set).filter(([, on]) => on === true).map(([name]) => name) : []);

export const serverWideTrust: Check = {
  name: "server-wide-trust",
  proves: "PROXY headers are expected on the lines that carry them, and nowhere by a rule for the whole server",
  from: "mailbox",
  severity: "error",
  symptom: "HTTPS or the administration accepts a connection from the edge and closes it, or a neighbour is believed who forges an address: the same symptom as a ban",
  cause: "trusted proxy networks are set for the whole server: lines without an own list then wait for a header that nobody sends",
  fix: "web interface, Settings, Network, General: empty the trusted proxy networks, then docker restart of the mail server (its start script puts the plan back by itself)",
  lesson: "3-the-edge-that-was-locked-out",
  seconds: 25,
  needless: notStalwart,
  async run(ground) {
    const api = await stalwartOf(ground);
    const trusted = members((await api.singleton("SystemSettings")).proxyTrustedNetworks);
    if (trusted.length === 0 && !api.behindHeader) return [];
    const closed = (await Promise.all(ground.edges.map((edge) => closesAtOnce(ground, edge)))).filter((one) => one !== undefined);
    const loopback = api.behindHeader ? ["the administration answers on loopback only to who sends a PROXY header"] : [];
    return [{ where: ground.server.container, what: [`trusted server-wide: ${trusted.join(", ") || "nobody now, but at its last start"}`, ...loopback, ...closed].join("; "), key: "trust" }];
  },
};
