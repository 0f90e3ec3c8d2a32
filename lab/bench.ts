import { randomBytes } from "node:crypto";
import type { Deployment } from "../lib/config";
import { projectOf } from "../lib/site/project";
import type { Ran } from "../lib/site/run";
import { secretValue } from "../lib/site/secret-value";
import type { Line, LineName, Wire } from "../lib/wire";
import { DOMAIN, HOSTS, MAIL_HOST, OUT, container } from "./addresses";
import type { Server } from "./env";
import type { Lab } from "./lab";

export type Family = "ipv4" | "ipv6";
const TRUST = "/opt/lab/authority.pem";

export interface Sent {
  /** stands in the subject */
  readonly token: string;
  readonly message: string;
}

/** A lab that is up, with what the proofs do in it. */
export class Bench {
  readonly deployment: Deployment;
  readonly wire: Wire;
  readonly admin: { readonly address: string; readonly password: string };

  constructor(readonly lab: Lab) {
    const { deployment, wire } = projectOf(lab.folder, lab.environment);
    this.deployment = deployment;
    this.wire = wire;
    this.admin = { address: `admin@${DOMAIN}`, password: secretValue(deployment, lab.folder, "STALWART_ADMIN_PASSWORD") };
  }

  get server(): Server {
    return this.deployment.mailbox.server;
  }
  get mailServer(): string {
    return `tailwart-${this.wire.mailbox.name}-${this.server}`;
  }
  /** addresses over which the edge is reached */
  get families(): readonly Family[] {
    return this.wire.edges[0].ipv6 === undefined ? ["ipv4"] : ["ipv4", "ipv6"];
  }

  line(name: LineName): Line | undefined {
    return this.wire.lines.find((line) => line.name === name);
  }

  exec(name: string, command: readonly string[], input?: string): Promise<Ran> {
    return this.lab.engine.exec(name, command, { input, seconds: 180 });
  }

  /** curl at the outside client, which knows the lab's authority and its name server; the login goes by standard input. */
  curl(args: readonly string[], { login, family = "ipv4", file }: { login?: boolean | "wrong"; family?: Family; file?: string } = {}): Promise<Ran> {
    const config = login === "wrong" ? `user = "nobody@${DOMAIN}:wrong"\n` : login ? `user = "${this.admin.address}:${this.admin.password}"\n` : "";
    const upload = file === undefined ? [] : ["--upload-file", file];
    return this.exec(container("client"), ["curl", "-sS", family === "ipv4" ? "-4" : "-6", "--max-time", "120", "--cacert", TRUST, ...upload, "-K", "-", ...args], config);
  }

  /** A message with a subject of its own, written to a file at the client. */
  async compose(from: string, to: string, extraBytes = 0): Promise<Sent & { readonly file: string }> {
    const token = randomBytes(8).toString("hex");
    const line = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\r\n";
    const body = `hello\r\n${line.repeat(Math.ceil(extraBytes / line.length))}`;
    const message = `From: <${from}>\r\nTo: <${to}>\r\nSubject: lab ${token}\r\nDate: ${new Date().toUTCString().replace("GMT", "+0000")}\r\nMessage-ID: <${token}@${from.split("@")[1]}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n${body}`;
    const file = `/tmp/${token}.eml`;
    const { status, stderr } = await this.exec(container("client"), ["/bin/sh", "-c", `cat >${file}`], message);
    if (status !== 0) throw new Error(`the client could not write its message: ${stderr}`);
    return { token, message, file };
  }

  /** What the mail server has logged since then. */
  async logSince(since: Date): Promise<string> {
    const { stdout, stderr } = await this.lab.engine.docker(["logs", "--since", since.toISOString(), this.mailServer]);
    return `${stdout}${stderr}`;
  }

  /** The client addresses that the mail server has named for a line since then. */
  async addressesSeen(line: Line, since: Date): Promise<readonly string[]> {
    const log = await this.logSince(since);
    const lines = log.split("\n");
    const found =
      this.server === "stalwart"
        ? lines.filter((one) => one.includes(`listenerId = "${line.name}"`) || one.includes(`localPort = ${line.port},`)).flatMap((one) => /remoteIp = ([0-9a-f.:]+)/.exec(one)?.[1] ?? [])
        : lines.flatMap((one) => /"src_ip":"\[?([0-9a-f.:]+?)\]?(?::\d+)?"/.exec(one)?.[1] ?? []);
    return [...new Set(found)];
  }

  /** The raw message in the admin's inbox whose subject has this token; waits for it. */
  async received(token: string, seconds = 20): Promise<string> {
    const port = this.line("imaps")?.port;
    const url = `imaps://${MAIL_HOST}:${port}/INBOX`;
    return until(`the message ${token} is in the inbox`, seconds, async () => {
      const found = await this.curl([url, "-X", `UID SEARCH SUBJECT "${token}"`], { login: true });
      if (found.status !== 0) throw new Error(`IMAP search: ${found.stderr.trim()}`);
      const uid = /SEARCH (\d+)/.exec(found.stdout)?.[1];
      if (uid === undefined) return undefined;
      const { status, stdout, stderr } = await this.curl([`${url};UID=${uid}`], { login: true });
      if (status !== 0) throw new Error(`IMAP fetch: ${stderr.trim()}`);
      return stdout;
    });
  }
}

export const clientAddress = (family: Family): string => HOSTS.client[family];
export const SENDER = `joe@${OUT.domain}`;

/** @throws Error when it has not come true in time */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

export function expect(fine: boolean, otherwise: string): asserts fine {
  if (!fine) throw new Error(otherwise);
}
