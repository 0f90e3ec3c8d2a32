import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { adminVhost } from "../../lib/edge/admin-vhost";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { caddyEnvironment } from "./caddy";
import { Running, must, run, until } from "./processes";
import { NEEDS, describeWith, pathOf } from "./programs";

const NAME = "stalwart.one.test";

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createTcpServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

function snippet(overrides: Readonly<Record<string, string | undefined>>): string {
  const one = deployment(overrides);
  const text = adminVhost(one, makeWire(one));
  if (text === undefined) throw new Error("no vhost was made");
  return text;
}

/** PROXY protocol v2 header: TCP over IPv4, from `address` (specification, section 2.2). */
function proxyHeader(address: string): Buffer {
  const header = Buffer.from("0d0a0d0a000d0a515549540a2111000c000000007f000001d43101bb", "hex");
  address.split(".").forEach((part, index) => header.writeUInt8(Number(part), 16 + index));
  return header;
}

/** One HTTPS request. @returns status and body, or "closed" when the server hung up without an answer */
function get(port: number, { from, peer = "127.0.0.1" }: { from?: string; peer?: string }): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress: peer }, () => {
      if (from !== undefined) socket.write(proxyHeader(from));
      let text = "";
      const tls = connectTls({ socket, servername: NAME, rejectUnauthorized: false }, () => tls.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`));
      const end = (): void => done(text === "" ? "closed" : `${text.split(" ")[1]} ${text.slice(text.indexOf("\r\n\r\n") + 4).trim()}`);
      tls.on("data", (chunk) => (text += String(chunk)));
      tls.on("close", end).on("error", () => undefined);
    });
    socket.on("error", () => done("closed"));
  });
}

describeWith([NEEDS.caddy], "the admin vhost, run by a real Caddy", () => {
  let folder: string;
  let admin: Server;
  let caddy: Running;
  let port: number;
  const caddyAt = (): string => pathOf(NEEDS.caddy);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-vhost-"));
    port = await freePort();
    admin = createServer((request, response) => response.end(`administration for ${request.headers["x-forwarded-for"]}`)).listen(0, "127.0.0.1");
    writeFileSync(join(folder, "Caddyfile"), snippet({ ...LARGE, EDGE_WEB_FALLBACK: `127.0.0.1:${port}` }));
    const adapted = await must(caddyAt(), ["adapt", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")]);

    // Only what the test cannot have is replaced: the name on the tailnet, a public certificate, and the port for plain HTTP.
    const dial = "stalwart.tail0000.ts.net:8080";
    if (!adapted.includes(`"${dial}"`)) throw new Error(`the adapted configuration does not dial ${dial}`);
    const config = JSON.parse(adapted.replace(dial, `127.0.0.1:${(admin.address() as AddressInfo).port}`)) as { apps: Record<string, object>; admin?: object };
    config.admin = { disabled: true };
    config.apps.http = { ...config.apps.http, http_port: await freePort() };
    config.apps.tls = { automation: { policies: [{ issuers: [{ module: "internal" }] }] } };
    config.apps.pki = { certificate_authorities: { local: { install_trust: false } } };
    writeFileSync(join(folder, "caddy.json"), JSON.stringify(config));
    caddy = await Running.start(caddyAt(), ["run", "--config", join(folder, "caddy.json")], { log: join(folder, "log"), env: caddyEnvironment(join(folder, "home")) });
    await until("the vhost has its certificate", async () => (await get(port, { from: "100.64.0.7" })).startsWith("200"), { timeoutMs: 20_000, detail: () => caddy.output() });
  });
  afterAll(async () => {
    await caddy?.stop();
    admin?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["behind an edge that owns the HTTPS port", LARGE],
    ["on a mail-only edge", { EDGE_WEB: "mail-only", ADMIN_VHOST: NAME }],
    ["for a web server on another host", { ...LARGE, EDGE_WEB_FALLBACK: "web.one.test:8443" }],
  ])("is valid and well formatted %s", async (_name, overrides) => {
    const file = join(folder, "other.caddyfile");
    writeFileSync(file, snippet(overrides));
    expect(await run(caddyAt(), ["validate", "--adapter", "caddyfile", "--config", file], { env: caddyEnvironment(join(folder, "validate")) })).toMatchObject({ code: 0 });
    expect(await must(caddyAt(), ["fmt", file])).toBe(snippet(overrides));
  });

  test("a tailnet client, told by the edge's header, reaches the administration", async () =>
    expect(await get(port, { from: "100.64.0.7" })).toBe("200 administration for 100.64.0.7"));

  test("a stranger, told by the edge's header, is cut off", async () => expect(await get(port, { from: "203.0.113.9" })).toBe("closed"));

  test("a connection without header is cut off", async () => expect(await get(port, {})).toBe("closed"));

  test("a header from anyone but the edge is not believed", async () => expect(await get(port, { from: "100.64.0.7", peer: "127.0.0.2" })).toBe("closed"));
});
