import { targetsOf } from "../../site/targets";
import type { Check, Finding } from "../check";
import { misjudged } from "../client-address";
import { edgeAddresses } from "../edge-line";
import { collect, places } from "../letter";
import { readerOf } from "../reader";
import { receivedFrom } from "../mail-log";
import { visits, type Visit } from "../visit";

export const proxyAgreement: Check = {
  name: "proxy-agreement",
  proves: "on every public line the mailbox sees the address that the client really has",
  from: "outside",
  severity: "error",
  symptom: "every client looks like the edge, so SPF, blocklists and bans judge the edge; or \"500 5.5.1 Invalid command\", \"not a TLS handshake\", or a close without a word",
  cause: "the PROXY header is sent at one end only, or the mail server trusts another address than the one that the edge has now",
  fix: "npm run doctor -- --only settings-kept,node-address,server-wide-trust says which end; npm run deploy puts both right",
  lesson: "pitfalls",
  seconds: 29,
  async run(ground) {
    const { imap, login } = await readerOf(ground);
    try {
      const where = await places(imap);
      const targets = targetsOf(ground.wire, ground.deployment.hostname);
      const made = await Promise.all(
        ground.edges.map(async (edge) => {
          const way = await ground.outside(edge);
          const own = await edgeAddresses(ground, edge);
          return { edge, own, direct: way === ground.here, visits: await visits(ground, edge, way, targets, login) };
        }),
      );
      const marks = made.flatMap((one) => one.visits.flatMap(({ mark }) => mark ?? []));
      const letters = marks.length === 0 ? new Map<string, string>() : await collect(imap, where, marks, 6);
      return made.flatMap(({ edge, own, direct, visits: all }) =>
        all.flatMap((visit): Finding[] => {
          const line = `${visit.target.line} ${edge.site.ipv4}:${visit.target.port}`;
          const what = judged(visit, visit.mark === undefined ? undefined : letters.get(visit.mark), direct, own, ground.wire.routes.find(({ line }) => line === visit.target.line)?.proxy === "v2");
          return what === undefined ? [] : [{ where: line, what, key: "agreement" }];
        }),
      );
    } finally {
      await imap.leave();
    }
  },
};

/** @returns what is wrong with one visit; its own failure first, for a header at one end only ends it early */
function judged(visit: Visit, message: string | undefined, direct: boolean, own: readonly string[], header: boolean): string | undefined {
  if (visit.failure !== undefined) return visit.failure;
  if (visit.mark !== undefined && message === undefined) return "the server took a message and it was in no folder after 6 s";
  const seen = (visit.target.line === "smtp" && message !== undefined ? receivedFrom(message) : undefined) ?? visit.seen;
  if (seen === undefined) return undefined;
  if (!header) return own.includes(seen) ? undefined : `a line without PROXY header shows ${seen}, and not the edge: its listener expects a header`;
  return misjudged(seen, direct ? visit.local : undefined, own);
}
