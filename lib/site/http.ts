import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectTls } from "node:tls";
import type { Way } from "./tunnel";

export interface HttpPlace {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
}
export interface HttpRequest {
  readonly method: string;
  /** with the query */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** HTTP over any {@link Way}, with connections that are kept for the next request. */
export class Http {
  private readonly agent: Agent;

  constructor(
    way: Way,
    readonly place: HttpPlace,
    connections = 1,
    private readonly seconds = 60,
  ) {
    const { tls, host, port } = place;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    const open = (): unknown => {
      const raw = way.open(host, port);
      return tls ? connectTls({ socket: raw, servername: host }) : raw;
    };
    Object.assign(this.agent, { createConnection: open });
  }

  /** One exchange, whole in memory. @throws Error with the reason when there is no answer */
  exchange({ method, path, headers, body }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { host, port } = this.place;
      const length = body === undefined ? {} : { "content-length": String(body.length) };
      const request = httpRequest({ agent: this.agent, host, port, method, path, headers: { host: `${host}:${port}`, ...headers, ...length } }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", fail);
        response.on("end", () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
        });
      });
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${this.seconds} s`)), this.seconds * 1000);
      request.on("error", fail);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
