import { NEEDS, pathOf } from "../programs";
import { ADDRESSES } from "../world";
import { ADMIN, NEIGHBOUR, type MailboxStage } from "./stage";

type Call = readonly [method: string, args: object];
type Reply = { readonly list?: readonly Record<string, unknown>[] } & Readonly<Record<string, unknown>>;

/**
 * Stalwart's API as its administration uses it: from another node of the tailnet, without PROXY.
 * @throws Error when the server refuses a call
 */
export async function api({ world, wire }: MailboxStage, ...calls: readonly Call[]): Promise<Reply[]> {
  const port = wire.listeners.find(({ line }) => line === "admin")?.port;
  const request = { using: ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"], methodCalls: calls.map(([method, args], index) => [`x:${method}`, args, `c${index}`]) };
  const text = await world.edge.must(
    pathOf(NEEDS.curl),
    ["-sS", "--fail", "-m", "20", "--interface", NEIGHBOUR, "-u", `${ADMIN.address}:${ADMIN.password}`, "-H", "content-type: application/json", "--data-binary", "@-", `http://${ADDRESSES.mailbox}:${port}/jmap`],
    { input: JSON.stringify(request) },
  );
  const replies = (JSON.parse(text) as { methodResponses: [string, Reply][] }).methodResponses;
  for (const [method, reply] of replies) if (method === "error" || Object.keys(reply).some((key) => /^not(Created|Updated|Destroyed)$/.test(key))) throw new Error(`${method}: ${JSON.stringify(reply)}`);
  return replies.map(([, reply]) => reply);
}

/** All objects of a type. */
export const list = async (stage: MailboxStage, type: string): Promise<readonly Record<string, unknown>[]> => (await api(stage, [`${type}/get`, { ids: null }]))[0].list ?? [];
export const singleton = async (stage: MailboxStage, type: string): Promise<Record<string, unknown>> => ((await api(stage, [`${type}/get`, { ids: ["singleton"] }]))[0].list ?? [])[0];
export const change = (type: string, value: object): Call => [`${type}/set`, { update: { singleton: value } }];
export const add = (type: string, value: object): Call => [`${type}/set`, { create: { one: value } }];
