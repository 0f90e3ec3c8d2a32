import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the recorded server (0.16.16) was started with. */
export const SETTINGS = {
  ...{ MAIL_DOMAIN: "one.test,two.test", BACKENDS: "external", STALWART_DB_HOST: "postgres", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" },
  ...{ STALWART_WEB_ADMIN: "off", STALWART_SPAM_RULES: "off", STALWART_ASN: "off", STALWART_SMARTHOST: "smtp.relay.test", STALWART_SMARTHOST_USER: "relay-user" },
};
type Recorded = { methodResponses: [string, { list: Record<string, unknown>[] }, string][] };

/** A running server's answers when it was asked for its settings, to be changed. */
export const recorded = (): Recorded[] => JSON.parse(readFileSync(join(__dirname, "recorded/settings.json"), "utf8")) as Recorded[];
/** The recorded objects of a type. */
export function objectsOf(answers: readonly Recorded[], type: string): Record<string, unknown>[] {
  const found = answers.flatMap(({ methodResponses }) => methodResponses).find(([, , id]) => id === type);
  if (found === undefined) throw new Error(`nothing is recorded of ${type}`);
  return found[1].list;
}
/** Plays answers, one a request. */
export function player(answers: readonly unknown[]): () => { status: number; stdout: string; stderr: string } {
  const left = [...answers];
  return () => ({ status: 0, stdout: `${JSON.stringify(left.shift())}\n200`, stderr: "" });
}
