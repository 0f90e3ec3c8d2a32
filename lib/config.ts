import { backendsOf } from "./config/backends";
import { caddyOf } from "./config/caddy";
import type { CertificateChoice } from "./config/certificates";
import type { Certificates, ConfigInput, Deployment, Secrets } from "./config/deployment";
import { dnsOf } from "./config/dns";
import { adminVhostOf, edgesOf, webOf } from "./config/edge";
import { Findings } from "./config/findings";
import { linesOf, mailNames } from "./config/lines";
import { mailboxOf } from "./config/mailbox";
import { readVariables } from "./config/read";
import { SecretStore, type SecretFile } from "./config/secrets";
import { starterOf } from "./config/starter";
import { stateOf } from "./config/state";
import { tailnetOf } from "./config/tailnet";
import { refuseIfAny } from "./errors";

export { hasGarage } from "./config/backends";
export type * from "./config/deployment";

/**
 * Reads the operator's whole surface.
 * @throws MistakesError with one line for each mistake
 */
export function readConfig(input: ConfigInput): Deployment {
  const reading = readVariables(input);
  const f = new Findings(reading, input.project);
  const tailnet = tailnetOf(f);
  const names = mailNames(f, tailnet.name);
  const web = webOf(f);
  const edges = edgesOf(f);
  const mailbox = mailboxOf(f, { web, edges, tailnet, hostname: names.hostname });
  const rest = {
    ...names,
    tailnet,
    web,
    edges,
    lines: linesOf(f),
    adminVhost: adminVhostOf(f, web, names),
    caddy: caddyOf(f),
    backends: backendsOf(f, tailnet),
    starter: starterOf(f),
    dns: dnsOf(f),
    state: stateOf(f),
  };
  refuseIfAny(f.mistakes);
  // Only now is anything written: a configuration with mistakes leaves nothing behind.
  const store = new SecretStore(input.project);
  return {
    ...rest,
    mailbox: { ...mailbox, certificates: placed(mailbox.certificates, store) },
    secrets: secretsOf(f, store),
    examples: reading.examples,
    missing: f.missing,
    warnings: f.warnings,
  };
}

const placed = (choice: CertificateChoice, store: SecretStore): Certificates =>
  choice.kind === "files" ? { kind: "files", chain: store.file(choice.chain), key: store.file(choice.key) } : choice;

function secretsOf(f: Findings, store: SecretStore): Secrets {
  const place = (name: SecretFile["name"]): SecretFile => {
    const given = f.secret(name);
    if (given === undefined) return store.missing(name);
    return given.path === undefined || given.rewritten ? store.fromValue(name, given.value) : store.fromFile(name, given.path, given.value);
  };
  return Object.fromEntries(f.neededSecrets.map((name) => [name, place(name)]));
}
