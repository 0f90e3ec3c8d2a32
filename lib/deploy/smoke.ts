import type { EdgeSite } from "../config";
import type { Wire } from "../wire";
import type { Site } from "../site/site";
import { directly, talk, through, type Answer, type Target } from "../site/talk";

/** Every public line, as a stranger meets it. */
export const targetsOf = (wire: Wire, hostname: string): Target[] =>
  wire.routes.flatMap((route) => {
    const line = wire.lines.find(({ name }) => name === route.line);
    return line === undefined ? [] : [{ line: line.name, port: route.port, protocol: line.protocol, tls: line.tls === "implicit", servername: route.sni?.[0] ?? hostname }];
  });

const unreachable = ({ said }: Answer): boolean => /ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|no greeting within/.test(said);

/**
 * Opens each public line of an edge, one after the other: from here at its public address, and where that is not reached (a
 * firewall, or an address that only the world can reach), on the edge's own host.
 * @returns whether all of them answered
 */
export async function smoke(site: Site, edge: EdgeSite): Promise<boolean> {
  const { wire, deployment, place } = site;
  let fine = true;
  let here = true;
  for (const target of targetsOf(wire, deployment.hostname)) {
    const inside = (): Promise<Answer> => talk(() => through(edge.dockerHost, "tailwart-edge", target.port, place.environment), target);
    let answer = here ? await talk(() => directly(edge.ipv4, target.port), target) : await inside();
    if (here && !answer.ok && unreachable(answer)) {
      const second = await inside();
      if (second.ok) site.say(`smoke ${edge.ipv4} is not reached from here (${answer.said}): a firewall, or the way back home; asked on the edge's host instead`);
      here = !second.ok;
      answer = second.ok ? second : answer;
    }
    fine = fine && answer.ok;
    site.say(`smoke ${answer.ok ? "ok  " : "FAIL"} ${target.line} ${target.port} ${here ? `at ${edge.ipv4}` : "on the edge's host"}: ${answer.said.slice(0, 120)}`);
  }
  return fine;
}
