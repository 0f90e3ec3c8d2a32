import { lineKey } from "../certificates";
import { CannotAsk, type Check, type Finding } from "../check";
import { ANSWERS, Dialog } from "../dialog";
import type { EdgeGround, Ground } from "../ground";
import { settled } from "../settled";
import { OWN_NAME } from "../starttls";

/** A domain that is nobody's (RFC 2606). */
const FOREIGN = "example.com";
const SECONDS = 12;

/** Ways of asking for the same: plainly, by a source route (RFC 5321 appendix C), and with a percent sign. */
const recipients = (domain: string): readonly { readonly to: string; readonly local?: true }[] => [
  { to: `relay-test@${FOREIGN}` },
  { to: `@${domain}:relay-test@${FOREIGN}` },
  { to: `relay-test%${FOREIGN}@${domain}`, local: true },
];

/** Stops before DATA: no message is ever handed over. */
async function session(dialog: Dialog, domain: string): Promise<string[]> {
  const ask = (line: string): Promise<string> => dialog.ask(line, ANSWERS.smtp);
  const good = (answer: string): boolean => answer.startsWith("2");
  const greeting = await dialog.answer(ANSWERS.smtp);
  if (!good(greeting)) throw new Error(`it greets with ${greeting}`);
  await ask(`EHLO ${OWN_NAME}`);
  const from = await ask(`MAIL FROM:<relay-test@${OWN_NAME}>`);
  // Who is refused here already, relays nothing for us.
  if (!good(from)) return [];
  const accepted: string[] = [];
  for (const { to, local } of recipients(domain)) {
    if (!good(await ask(`RCPT TO:<${to}>`))) continue;
    // Where the domain takes every local part, one with a percent sign says nothing.
    if (local && good(await ask(`RCPT TO:<nobody-${Date.now().toString(36)}@${domain}>`))) continue;
    accepted.push(to);
  }
  await ask("RSET");
  return accepted;
}

async function ofEdge(ground: Ground, edge: EdgeGround, port: number): Promise<Finding[]> {
  const way = await ground.outside(edge);
  const where = `port ${port} of ${edge.site.ipv4}`;
  return ground.politely(lineKey(edge, port), async () => {
    const dialog = new Dialog(way.open(edge.site.ipv4, port), SECONDS);
    try {
      const accepted = await session(dialog, ground.deployment.domains[0]);
      return accepted.length === 0 ? [] : [{ where, what: `takes mail from strangers for ${accepted.map((to) => `<${to}>`).join(", ")}`, key: "relays" }];
    } catch (error) {
      throw new CannotAsk(`${where}: ${(error as Error).message}; npm run doctor -- --only banner`);
    } finally {
      await dialog.leave("QUIT");
    }
  });
}

export const openRelay: Check = {
  name: "open-relay",
  proves: "strangers cannot send mail through this server to others",
  from: "outside",
  severity: "error",
  symptom: "the queue fills with other people's mail, and within hours the address is on every blocklist",
  cause: "the edge's address counts as trusted or local for relaying, or the rule for recipients was changed in the server",
  fix: "stop mail from coming in first (docker stop tailwart-edge); then take the edge's address and every network out of what may relay, docker restart the mail server so that its settings come back, and ask again",
  seconds: 30,
  async run(ground) {
    const route = ground.wire.routes.find(({ line }) => line === "smtp");
    if (route === undefined) throw new CannotAsk("no edge route takes mail");
    return settled(ground.edges.map((edge) => ofEdge(ground, edge, route.port)));
  },
};
