import { Http } from "../site/http";
import { reasonOf } from "../backends/prepare/check";
import type { Way } from "../site/tunnel";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";

/** An object of Stalwart's registry, as its API gives it. */
export type StalwartObject = Readonly<Record<string, unknown>>;
type Reply = Readonly<Record<string, unknown>> & { readonly list?: readonly StalwartObject[] };

/** What reads Stalwart's settings: its API (JMAP, RFC 8620), asked on loopback in the mailbox's namespace, where nobody is ever banned. */
export class StalwartApi {
  constructor(
    private readonly way: Way,
    private readonly port: number,
    private readonly login: string,
    /** it answers on loopback only to who sends a PROXY header first: loopback itself is trusted server-wide */
    readonly behindHeader: boolean,
  ) {}

  /** All objects of a type. @throws CannotAsk */
  async list(type: string): Promise<readonly StalwartObject[]> {
    return (await this.get(type, null)).list ?? [];
  }
  /** The one object of a type. @throws CannotAsk */
  async singleton(type: string): Promise<StalwartObject> {
    return (await this.get(type, ["singleton"])).list?.[0] ?? {};
  }

  private async get(type: string, ids: readonly string[] | null): Promise<Reply> {
    const http = new Http(this.behindHeader ? withHeader(this.way) : this.way, { tls: false, host: "127.0.0.1", port: this.port }, 1, 8);
    const body = JSON.stringify({ using: ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"], methodCalls: [[`x:${type}/get`, { ids }, "c"]] });
    const headers = { authorization: `Basic ${Buffer.from(this.login).toString("base64")}`, "content-type": "application/json", connection: "close" };
    const answer = await http.exchange({ method: "POST", path: "/jmap", headers, body: Buffer.from(body) }).finally(() => http.close());
    if (answer.status === 401) throw new CannotAsk(`STALWART_ADMIN_PASSWORD is not the password of ${this.login.split(":")[0]} (any more); write the present one into .env`);
    if (answer.status !== 200) throw new CannotAsk(`the mail server's administration answers HTTP ${answer.status}`);
    const [[method, reply]] = (JSON.parse(answer.body.toString()) as { methodResponses: [string, Reply][] }).methodResponses;
    if (method === "error") throw new CannotAsk(`the mail server's administration does not tell its ${type}: ${String(reply.type)}`);
    return reply;
  }
}

/** The shortest header of the PROXY protocol (version 1, section 2.1), in front of everything. */
const withHeader = (way: Way): Way => ({
  from: way.from,
  open: (host, port) => {
    const stream = way.open(host, port);
    stream.write(`PROXY TCP4 127.0.0.1 127.0.0.1 1 ${port}\r\n`);
    return stream;
  },
});

/** Who the administrator is. @throws CannotAsk when nobody has given the password */
export function adminOf({ deployment, secret }: Pick<Ground, "deployment" | "secret">): { readonly user: string; readonly pass: string } {
  const pass = secret("STALWART_ADMIN_PASSWORD");
  if (pass === undefined) throw new CannotAsk("STALWART_ADMIN_PASSWORD is not known here; write it into .env");
  return { user: `admin@${deployment.domains[0]}`, pass };
}

const known = new WeakMap<Ground, Promise<StalwartApi>>();

/** One login for all checks: a wrong password is tried once. @throws CannotAsk */
export function stalwartOf(ground: Ground): Promise<StalwartApi> {
  const found = known.get(ground) ?? connect(ground);
  known.set(ground, found);
  return found;
}

async function connect(ground: Ground): Promise<StalwartApi> {
  const { user, pass } = adminOf(ground);
  const port = ground.wire.listeners.find(({ line }) => line === "admin")?.port;
  if (port === undefined) throw new CannotAsk(`${ground.deployment.mailbox.server} has no administration that could be asked`);
  const tried: string[] = [];
  for (const behindHeader of [false, true]) {
    const api = new StalwartApi(ground.sidecar, port, `${user}:${pass}`, behindHeader);
    try {
      await api.singleton("SystemSettings");
      return api;
    } catch (error) {
      if (error instanceof CannotAsk) throw error;
      tried.push(reasonOf(error, pass));
    }
  }
  throw new CannotAsk(`the mail server's administration does not answer in its own namespace: ${tried[0]}`);
}

export const notStalwart = ({ deployment }: Pick<Ground, "deployment">): string | undefined => (deployment.mailbox.server === "stalwart" ? undefined : `${deployment.mailbox.server} has no such settings`);
