import { Http } from "../site/http";
import type { Way } from "../site/tunnel";
import type { Known } from "./types";

interface Api {
  readonly way: Way;
  /** of the administration, on the mailbox's loopback */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly seconds: number;
}

type Reply = { readonly list?: readonly Readonly<Record<string, unknown>>[] };

async function call({ way, port, user, password, seconds }: Api, calls: readonly (readonly [method: string, properties: readonly string[]])[]): Promise<Reply[]> {
  const http = new Http(way, { tls: false, host: "127.0.0.1", port }, 1, seconds);
  try {
    const methodCalls = calls.map(([method, properties], index) => [method, { ids: null, properties }, `c${index}`]);
    const { status, body } = await http.exchange({
      method: "POST",
      path: "/jmap",
      headers: { "content-type": "application/json", authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
      body: Buffer.from(JSON.stringify({ using: ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"], methodCalls })),
    });
    if (status === 401) throw new Error(`it does not take STALWART_ADMIN_PASSWORD for ${user}: was it changed in the administration`);
    if (status !== 200) throw new Error(`its administration answers with status ${status}`);
    const { methodResponses } = JSON.parse(body.toString()) as { methodResponses: [string, Reply, string][] };
    return methodResponses.map(([, reply]) => reply);
  } finally {
    http.close();
  }
}

/** The text of a record in the server's own zone file, from its strings. */
const joined = (strings: string): string => [...strings.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, one]) => one.replace(/\\(.)/g, "$1")).join("");

/** DKIM records in a zone file as the server writes it; a long one goes over several lines, in parentheses. */
export function dkimIn(zone: string): { name: string; text: string }[] {
  return [...zone.matchAll(/^(\S+\._domainkey\.\S+?)\.?\s+(?:\d+\s+)?IN\s+TXT\s+(\([^)]*\)|.*)$/gm)].map(([, name, strings]) => ({ name: name.toLowerCase(), text: joined(strings) }));
}

/** Digests of the settings that it serves to clients, in the same file. */
export function autoConfigIn(zone: string): { name: string; text: string }[] {
  return [...zone.matchAll(/^(_ua-auto-config\.\S+?)\.?\s+(?:\d+\s+)?IN\s+TXT\s+(\([^)]*\)|.*)$/gm)].map(([, name, strings]) => ({ name: name.toLowerCase(), text: joined(strings) }));
}

/** The DKIM keys that it signs with, and its accounts with the certificate authority. @throws Error in one line */
export async function askStalwart(api: Api): Promise<Pick<Known, "dkim" | "caaAccounts" | "autoConfig">> {
  const [domains, providers] = await call(api, [
    ["x:Domain/get", ["name", "dnsZoneFile"]],
    ["x:AcmeProvider/get", ["directory", "accountUri"]],
  ]);
  return {
    dkim: (domains.list ?? []).flatMap(({ dnsZoneFile }) => dkimIn(String(dnsZoneFile ?? ""))),
    autoConfig: (domains.list ?? []).flatMap(({ dnsZoneFile }) => autoConfigIn(String(dnsZoneFile ?? ""))),
    caaAccounts: (providers.list ?? []).flatMap(({ accountUri }) => (typeof accountUri === "string" && accountUri !== "" ? [accountUri] : [])),
  };
}
