import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Devices } from "./devices";
import { verdictOn, type Verdict } from "./evaluate";

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** What goes wrong once: an answer of another kind, a connection that is cut before or after the request had its effect, or silence. */
export type Fault = Reply | "cut" | "cut-after" | "silence";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

interface Options {
  readonly policy?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export const DEFAULT_POLICY = '// Example/default ACLs for unrestricted connections.\n{\n\t"grants": [\n\t\t{"src": ["*"], "dst": ["*"], "ip": ["*"]},\n\t],\n}\n';

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/**
 * Tailscale's API as far as it concerns the policy file and the machines, on loopback (tailscale.com/api: GET and POST acl with
 * ETag and If-Match, POST acl/validate, POST oauth/token; devices). A check that fails is answered with 200, as there.
 */
export class TailscaleDouble {
  readonly key = `tskey-api-${randomBytes(8).toString("hex")}`;
  readonly clientId = "kDoubleCNTRL";
  readonly clientSecret = `tskey-client-${randomBytes(8).toString("hex")}`;
  /** every text that was ever stored, the first one included */
  readonly history: string[];
  readonly seen: Seen[] = [];
  /** of tokens that are given out from now on */
  tokenSeconds = 3600;
  /** each request waits so long before it is looked at */
  latencyMs = 0;
  /** called when a write has arrived and before it is looked at: here somebody else may be quicker */
  beforeWrite: () => void = () => undefined;
  /** the next requests to a path go wrong */
  private readonly faults: { readonly path: RegExp; readonly fault: Fault }[] = [];
  private readonly tokens = new Map<string, number>();
  readonly devices = new Devices();
  private server!: Server;

  private constructor(policy: string) {
    this.history = [policy];
  }

  static async start({ policy = DEFAULT_POLICY, tls }: Options = {}): Promise<TailscaleDouble> {
    const double = new TailscaleDouble(policy);
    const listener = (request: IncomingMessage, response: ServerResponse): void => void double.serve(request, response);
    double.server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
    await new Promise<void>((done) => double.server.listen(0, "127.0.0.1", done));
    return double;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  get url(): string {
    return `http://${this.host}`;
  }
  get policy(): string {
    return this.history[this.history.length - 1];
  }
  /** Somebody else edits the policy in the admin console. */
  set policy(text: string) {
    this.history.push(text);
  }
  get etag(): string {
    return createHash("sha256").update(this.policy).digest("hex");
  }
  get writes(): number {
    return this.history.length - 1;
  }
  asked(path: RegExp): Seen[] {
    return this.seen.filter((one) => path.test(`${one.method} ${one.path}`));
  }
  /** The next request to that path (`METHOD /path`) goes wrong, and with `times` those after it. */
  fail(path: RegExp, fault: Fault, times = 1): void {
    for (let count = 0; count < times; count += 1) this.faults.push({ path, fault });
  }
  revokeTokens(): void {
    this.tokens.clear();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = request;
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    this.seen.push({ method, path, headers });
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    const index = this.faults.findIndex((one) => one.path.test(`${method} ${path}`));
    const fault = index === -1 ? undefined : this.faults.splice(index, 1)[0].fault;
    if (fault === "silence") return;
    if (fault === "cut") return void request.socket.destroy();
    const reply = typeof fault === "object" ? fault : this.answer(method, path, headers, body);
    if (fault === "cut-after") return void request.socket.destroy();
    const text = typeof reply.body === "object" ? JSON.stringify(reply.body) : (reply.body ?? "");
    response.writeHead(reply.status, { "Content-Type": typeof reply.body === "object" ? "application/json" : "application/hujson", ...reply.headers }).end(text);
  }

  private answer(method: string, path: string, headers: IncomingMessage["headers"], body: string): Reply {
    if (method === "POST" && path === "/api/v2/oauth/token") return this.token(new URLSearchParams(body), headers.authorization);
    if (!this.knows(headers.authorization)) return { status: 401, body: { message: "API token invalid" } };
    const device = this.devices.answer(`${method} ${path}`, body);
    if (device !== undefined) return device;
    const known = /^\/api\/v2\/tailnet\/(?:-|example\.test)\/acl(\/validate)?(?:\?.*)?$/.exec(path);
    if (known === null) return { status: 404, body: { message: "not found" } };
    if (known[1] !== undefined) return method === "POST" ? { status: 200, body: verdictOn(body) ?? {} } : { status: 405 };
    if (method === "GET") return { status: 200, headers: { ETag: `"${this.etag}"` }, body: this.policy };
    return method === "POST" ? this.write(body, headers["if-match"]) : { status: 405 };
  }

  private write(text: string, ifMatch: string | undefined): Reply {
    this.beforeWrite();
    const wanted = ifMatch?.replace(/^"(.*)"$/, "$1");
    const matches = wanted === undefined || wanted === this.etag || (wanted === "ts-default" && this.policy === DEFAULT_POLICY);
    if (!matches) return { status: 412, body: { message: "precondition failed, invalid old hash" } };
    const verdict: Verdict | undefined = verdictOn(text);
    if (verdict !== undefined) return { status: 400, body: verdict };
    this.history.push(text);
    return { status: 200, headers: { ETag: `"${this.etag}"` }, body: text };
  }

  private token(form: URLSearchParams, authorization: string | undefined): Reply {
    const [id, secret] = authorization?.startsWith("Basic ")
      ? Buffer.from(authorization.slice(6), "base64").toString().split(":").map(decodeURIComponent)
      : [form.get("client_id"), form.get("client_secret")];
    if (form.get("grant_type") !== "client_credentials" || id !== this.clientId || secret !== this.clientSecret) return { status: 401, body: { message: "API token invalid" } };
    const token = `tskey-token-${randomBytes(8).toString("hex")}`;
    this.tokens.set(token, Date.now() + this.tokenSeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: this.tokenSeconds, scope: "policy_file" } };
  }

  /** Bearer, or Basic with the key as the user. */
  private knows(authorization = ""): boolean {
    const [scheme, text = ""] = authorization.split(" ");
    const key = scheme === "Basic" ? Buffer.from(text, "base64").toString().replace(/:$/, "") : text;
    return key === this.key || (this.tokens.get(key) ?? 0) > Date.now();
  }
}
