import { SERVICES } from "../../wire";
import { CannotAsk, type Check } from "../check";
import { ANSWERS, Dialog } from "../dialog";
import type { Ground } from "../ground";
import type { Way } from "../../site/tunnel";

/** Two that are always there: one of them may have a bad day. */
const PROVIDERS = ["gmail.com", "outlook.com"];

async function greets(way: Way, host: string): Promise<string | undefined> {
  const dialog = new Dialog(way.open(host, SERVICES.smtp.port), 8);
  try {
    // Also a refusal of our address (554) has come over that port.
    await dialog.answer(ANSWERS.smtp);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await dialog.leave("QUIT");
  }
}

/** Where mail starts: the mailbox's namespace, or its host before there is one. @throws CannotAsk */
async function start({ sidecar, here, deployment }: Ground): Promise<{ readonly way: Way; readonly where: string }> {
  if ((await sidecar.exec(["true"], { seconds: 8 })).status === 0) return { way: sidecar, where: "the mailbox" };
  if (deployment.mailbox.dockerHost.startsWith("unix:")) return { way: here, where: "this machine (the mailbox does not run)" };
  throw new CannotAsk(`the mailbox does not run; on its host (${deployment.mailbox.dockerHost}) ask: nc -w 5 gmail-smtp-in.l.google.com ${SERVICES.smtp.port}`);
}

export const outbound25: Check = {
  name: "outbound-25",
  proves: `the mailbox reaches port ${SERVICES.smtp.port} of the world`,
  from: "mailbox",
  severity: "error",
  symptom: "outgoing mail never leaves; the queue grows, \"connection timed out\"",
  cause: `the mailbox's provider (most cloud hosts, nearly all homes) blocks outgoing port ${SERVICES.smtp.port}`,
  fix: "send through a smarthost: STALWART_SMARTHOST, STALWART_SMARTHOST_USER, STALWART_SMARTHOST_PASSWORD in .env, then npm run deploy; or ask the provider to open the port",
  lesson: "pitfalls",
  preflight: true,
  seconds: 22,
  needless: ({ deployment }) => (deployment.mailbox.smarthost === undefined ? undefined : "mail leaves through the smarthost"),
  async run(ground) {
    const hosts = (await Promise.all(PROVIDERS.map((domain) => ground.lookup(domain, "MX").catch(() => [])))).flatMap(([first]) => (first === undefined ? [] : [first.split(" ")[1]]));
    if (hosts.length === 0) throw new CannotAsk(`no MX of ${PROVIDERS.join(" or ")} is found; look at DNS_RESOLVERS`);
    const { way, where } = await start(ground);
    const said = await Promise.all(hosts.map((host) => greets(way, host)));
    return said.includes(undefined) ? [] : [{ where, what: hosts.map((host, index) => `${host}: ${said[index]}`).join("; "), key: "blocked" }];
  },
};
