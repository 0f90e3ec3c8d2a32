import { readFileSync } from "node:fs";
import type { Deployment } from "../config";
import { secretSourcePath } from "../config/secrets";
import { Engine } from "../site/engine";
import { secretValue } from "../site/secret-value";
import { fromContainer, type Way } from "../site/tunnel";
import type { Wire } from "../wire";
import { askStalwart } from "./ask-stalwart";
import { shownCertificate } from "./shown-certificate";
import type { Known } from "./types";

const SECONDS = 10;
type Asked = "dkim" | "caaAccounts" | "certificates";

/** maddy writes each key's record beside the key. */
async function maddyKeys({ domains, mailbox, tailnet }: Deployment, environment: NodeJS.ProcessEnv): Promise<Pick<Known, "dkim">> {
  const engine = new Engine(mailbox.dockerHost, environment);
  const keys = await Promise.all(
    domains.map(async (domain) => {
      const { status, stdout, stderr } = await engine.exec(`tailwart-${tailnet.mailboxName}-maddy`, ["cat", `/data/dkim_keys/${domain}_default.dns`], { seconds: SECONDS });
      if (status !== 0) throw new Error(stderr.trim().split("\n").pop() || `cat ended with exit code ${status}`);
      return { name: `default._domainkey.${domain}`, text: stdout.trim() };
    }),
  );
  return { dkim: keys };
}

function stalwartApi({ domains }: Deployment, wire: Wire, way: Way, password: string): Promise<Pick<Known, "dkim" | "caaAccounts" | "autoConfig">> {
  const admin = wire.listeners.find(({ line }) => line === "admin");
  if (admin === undefined) throw new Error("it has no administration");
  return askStalwart({ way, port: admin.port, user: `admin@${domains[0]}`, password, seconds: SECONDS });
}

async function certificates({ mailbox, hostname }: Deployment, wire: Wire, way: Way, project: string): Promise<string[]> {
  if (mailbox.certificates.kind === "files") return [readFileSync(secretSourcePath(project, mailbox.certificates.chain.source), "utf8")];
  const line = wire.listeners.find(({ tls }) => tls === "implicit");
  if (line === undefined) throw new Error("no line with TLS from the first byte is on; set submissions or imaps in PUBLIC_LINES or TAILNET_LINES");
  return [await shownCertificate(way, line.port, hostname, SECONDS)];
}

/** Asks the running mailbox for what only it knows; what it does not say is absent, with the reason. */
export async function askMailbox(deployment: Deployment, wire: Wire, project: string, environment: NodeJS.ProcessEnv): Promise<Known> {
  const { mailbox, tailnet, dns } = deployment;
  const sidecar = `tailwart-${tailnet.mailboxName}-sidecar`;
  const way = fromContainer(mailbox.dockerHost, sidecar, "the mailbox's own network", environment);
  const reasons: Partial<Record<Asked, string>> = {};
  const guarded = async (names: readonly Asked[], ask: () => Promise<Known>): Promise<Known> => {
    try {
      return await ask();
    } catch (error) {
      const reason = `${mailbox.server} was asked and did not say: ${(error as Error).message.replace(/\s+/g, " ")}`;
      for (const name of names) reasons[name] = reason;
      return {};
    }
  };
  const [keys, shown] = await Promise.all([
    guarded(["dkim", "caaAccounts"], async () =>
      mailbox.server === "maddy" ? maddyKeys(deployment, environment) : stalwartApi(deployment, wire, way, secretValue(deployment, project, "STALWART_ADMIN_PASSWORD")),
    ),
    dns.tlsa ? guarded(["certificates"], async () => ({ certificates: await certificates(deployment, wire, way, project) })) : {},
  ]);
  return { ...keys, ...shown, reasons };
}
