import { createServer, type AddressInfo, type Server } from "node:net";
import { targetsOf } from "../../lib/site/targets";
import { directly, talk, type Target } from "../../lib/site/talk";
import { deployment, wireOf } from "../deployment";

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** A server that says `greeting` and keeps what it hears; an empty greeting hangs up. */
async function serve(greeting: string): Promise<{ port: number; heard: () => string }> {
  let heard = "";
  const server = createServer((socket) => {
    socket.on("error", () => undefined).on("data", (data) => (heard += data.toString()));
    if (greeting === "") socket.destroy();
    else socket.write(greeting);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

const target = (protocol: Target["protocol"], port: number): Target => ({ line: "x", port, protocol, tls: false, servername: "mail.one.test" });
const ask = (protocol: Target["protocol"], port: number) => talk(() => directly("127.0.0.1", port), target(protocol, port));

test.each([
  ["smtp", "220 mail.one.test ESMTP\r\n", "QUIT\r\n"],
  ["imap", "* OK ready\r\n", "a LOGOUT\r\n"],
  ["pop3", "+OK ready\r\n", "QUIT\r\n"],
  ["manageSieve", '"IMPLEMENTATION" "x"\r\nOK\r\n', "LOGOUT\r\n"],
] as const)("%s: waits for the greeting and takes leave", async (protocol, greeting, goodbye) => {
  const { port, heard } = await serve(greeting);
  expect(await ask(protocol, port)).toEqual({ ok: true, said: greeting.split("\r\n")[0] });
  await new Promise((wake) => setTimeout(wake, 200));
  expect(heard()).toBe(goodbye);
});

test("fails on a greeting that is none", async () => {
  const { port } = await serve("421 too busy\r\n");
  expect(await ask("smtp", port)).toEqual({ ok: false, said: "421 too busy" });
});

test("fails where nobody listens, and where somebody hangs up", async () => {
  const { port } = await serve("");
  expect((await ask("smtp", port)).ok).toBe(false);
  const gone = await serve("x");
  servers[servers.length - 1].close();
  expect(await ask("smtp", gone.port)).toMatchObject({ ok: false, said: expect.stringContaining("ECONNREFUSED") });
});

test("every public line is asked, with the name that a client would ask for", () => {
  const targets = targetsOf(wireOf(), deployment().hostname);
  expect(targets.map(({ line }) => line)).toEqual(wireOf().routes.map(({ line }) => line));
  expect(targets.find(({ line }) => line === "web")).toMatchObject({ tls: true, servername: "mta-sts.one.test" });
  expect(targets.find(({ line }) => line === "submissions")).toMatchObject({ tls: true, servername: "mail.one.test" });
});
