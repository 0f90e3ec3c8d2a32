import { createServer as createHttp, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";

const open: (Server | HttpServer)[] = [];
afterAll(() => open.splice(0).forEach((server) => server.close()));

async function listening<S extends Server | HttpServer>(server: S): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A Redis that knows AUTH, SELECT below 16 and PING. */
export const redis = (auth: (password: string) => string): Promise<number> =>
  listening(
    createServer((socket) => {
      socket.on("data", (data) => {
        for (const [, verb, word = ""] of data.toString().matchAll(/\$\d+\r\n(AUTH|SELECT|PING)\r\n(?:\$\d+\r\n([^\r]*)\r\n)?/g)) {
          if (verb === "AUTH") socket.write(`${auth(word)}\r\n`);
          else if (verb === "SELECT") socket.write(Number(word) < 16 ? "+OK\r\n" : "-ERR DB index is out of range\r\n");
          else socket.write("+PONG\r\n");
        }
      });
    }),
  );

/** An S3 with one bucket in memory; `refuse` answers for it. */
export const s3 = (refuse: () => readonly [number, string] | undefined): Promise<number> => {
  const objects = new Map<string, Buffer>();
  return listening(
    createHttp((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const refused = refuse();
        const found = objects.get(request.url ?? "");
        const fail = (status: number, code: string): unknown => response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
        if (refused) return fail(...refused);
        if (request.method === "PUT") objects.set(request.url ?? "", Buffer.concat(parts));
        else if (request.method === "DELETE") objects.delete(request.url ?? "");
        else if (found === undefined) return fail(404, "NoSuchKey");
        else return response.writeHead(200, { "content-length": found.length }).end(request.method === "HEAD" ? undefined : found);
        return response.writeHead(204).end();
      });
    }),
  );
};
