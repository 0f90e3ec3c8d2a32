import type { EdgeSite } from "../config";
import type { Site } from "../site/site";
import { directly, talk, through, type Answer } from "../site/talk";
import { targetsOf } from "../site/targets";

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
