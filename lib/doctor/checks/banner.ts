import { talk } from "../../site/talk";
import { targetsOf } from "../../site/targets";
import { lineKey } from "../certificates";
import type { Check, Finding } from "../check";

/** A greeting, and not just an open port: the edge accepts connections while the mailbox is down. */
export const banner: Check = {
  name: "banner",
  proves: "every public line greets, at every edge",
  from: "outside",
  severity: "error",
  symptom: "connections to a mail port stand and nobody says a word, or are closed at once; senders queue and retry",
  cause: "the edge accepts before it reaches the mailbox: the mail server is down, its node is off the tailnet, or the policy lets the edge not through",
  fix: "npm run drift shows the container; then docker logs of the mail server and of the sidecar; npm run doctor -- --only policy",
  seconds: 25,
  async run(ground) {
    const found = await Promise.all(
      ground.edges.map(async (edge) => {
        const way = await ground.outside(edge);
        const answers = targetsOf(ground.wire, ground.deployment.hostname).map((target) =>
          ground.politely(lineKey(edge, target.port), async (): Promise<Finding[]> => {
            const { ok, said } = await talk(() => way.open(edge.site.ipv4, target.port), target);
            return ok ? [] : [{ where: `${target.line} ${edge.site.ipv4}:${target.port}`, what: said, key: "no greeting" }];
          }),
        );
        return (await Promise.all(answers)).flat();
      }),
    );
    return found.flat();
  },
};
