import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Devices } from "./devices";
import { verdictOn } from "./evaluate";

/** How 0.29 (gRPC gateway) and what becomes 0.30 (RFC 9457) say no. */
const SAYS = {
  "0.29": (status: number, message: string) => ({ status: status === 400 ? 500 : status, body: { code: 2, message, details: [] } }),
  "0.30": (status: number, message: string) => ({ status, body: { title: "Bad Request", status, detail: "setting policy", errors: [{ message }] } }),
} as const;

/** Headscale's API v1 as far as it concerns the policy and the nodes; the real one is asked in the live tests. */
export class HeadscaleDouble {
  readonly key = "hskey-api-double";
  policy: string | undefined;
  mode: "database" | "file" = "database";
  checks = true;
  /** tags without a node: a test that names one fails the policy */
  absent: string[] = [];
  readonly asked: string[] = [];
  readonly devices = new Devices();
  /** called when a write has been stored: here somebody else may write over it */
  afterWrite: () => void = () => undefined;
  private server!: Server;

  private constructor(private readonly version: keyof typeof SAYS) {}

  static async start(version: keyof typeof SAYS = "0.29"): Promise<HeadscaleDouble> {
    const double = new HeadscaleDouble(version);
    double.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        double.asked.push(`${method} ${url}`);
        const { status, body } = headers.authorization === `Bearer ${double.key}` ? double.answer(`${method} ${url}`, Buffer.concat(chunks).toString()) : { status: 401, body: "Unauthorized" };
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((done) => double.server.listen(0, "127.0.0.1", done));
    return double;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(what: string, text: string): { status: number; body: object | string } {
    const no = SAYS[this.version];
    if (what === "GET /api/v1/policy") return this.policy === undefined ? no(500, "loading ACL from database: acl policy not found") : { status: 200, body: { policy: this.policy, updatedAt: "2026-01-01T00:00:00Z" } };
    const node = this.devices.answerHeadscale(what);
    if (node !== undefined) return typeof node === "string" ? no(400, node) : node;
    const write = what === "PUT /api/v1/policy";
    if (!write && !(this.checks && what === "POST /api/v1/policy/check")) return { status: 404, body: "404 page not found\n" };
    if (write && this.mode === "file") return no(400, "update is disabled for modes other than 'database'");
    const { policy } = JSON.parse(text) as { policy: string };
    const missing = this.absent.find((tag) => /"tests"/i.test(policy) && policy.slice(policy.indexOf('"tests"')).includes(`"src": "${tag}"`));
    if (missing !== undefined) return no(400, `setting policy: test(s) failed:\nsource "${missing}" resolved to no IP addresses`);
    const verdict = verdictOn(policy);
    if (verdict !== undefined) return no(400, `setting policy: ${[verdict.message, ...(verdict.data ?? []).flatMap(({ errors }) => errors)].join("\n")}`);
    if (write) {
      this.policy = policy;
      this.afterWrite();
    }
    return { status: 200, body: write ? { policy, updatedAt: "2026-01-01T00:00:00Z" } : {} };
  }
}
