import type { Listener, Wire } from "../../../lib/wire";
import { curl, type Source } from "../clients";
import { NEEDS, pathOf } from "../programs";
import type { World } from "../world";

export interface User {
  readonly address: string;
  readonly password: string;
}

const plain = ({ address, password }: User): string => Buffer.from(`\0${address}\0${password}`).toString("base64");

/** ManageSieve, which curl does not speak: STARTTLS and a login. Where it came from is not known. */
async function sieve(world: World, { port }: Listener, edge: string, trust: string, user: User): Promise<Partial<Source>> {
  const to = edge.includes(":") ? `[${edge}]:${port}` : `${edge}:${port}`;
  const options = ["-quiet", "-no_ign_eof", "-verify_return_error", "-CAfile", trust, "-starttls", "sieve", "-connect", to];
  const said = `sleep 0.5; printf 'AUTHENTICATE "PLAIN" "${plain(user)}"\\r\\n'; sleep 1; printf 'LOGOUT\\r\\n'`;
  // openssl's exit code depends on who hangs up first.
  const { stdout } = await world.client.run("sh", ["-c", `{ ${said}; } | ${[pathOf(NEEDS.openssl), "s_client", ...options].join(" ")} 2>&1`]);
  if (!stdout.includes('OK "Authentication successful"')) throw new Error(`ManageSieve: ${stdout}`);
  return {};
}

/** A session with TLS, and on the users' lines, a login; a message where the line carries any. */
export async function session(world: World, wire: Wire, line: string, { edge, trust, host, user }: { edge: string; trust: string; host: string; user: User }): Promise<Partial<Source>> {
  const listener = wire.listeners.find((one) => one.line === line) as Listener;
  if (listener.protocol === "manageSieve") return sieve(world, listener, edge, trust, user);
  const scheme = `${listener.protocol}${listener.tls === "implicit" ? "s" : ""}`;
  const login = line === "smtp" ? [] : ["--user", `${user.address}:${user.password}`];
  const from = line === "smtp" ? "stranger@client.test" : user.address;
  const sending = listener.protocol === "smtp" ? ["--mail-from", from, "--mail-rcpt", user.address, "--upload-file", "-"] : [];
  const path = { smtp: "client.test", imap: "INBOX", pop3: "" }[listener.protocol as string] ?? "";
  const { result, source } = await curl(world, {
    ...{ url: `${scheme}://${host}:${listener.port}/${path}`, edge, trust, args: [...login, ...sending] },
    input: `From: ${from}\r\nTo: ${user.address}\r\nSubject: ${line}\r\n\r\nhello\r\n`,
  });
  if (result.code !== 0) throw new Error(`${line}: curl ended with ${result.code}: ${result.stderr}`);
  return source;
}
