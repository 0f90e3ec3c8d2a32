import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { Scram } from "./scram";

/** What the server refused, with its SQLSTATE. */
export class PostgresError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
/** SQLSTATE of what a caller looks for (postgresql.org, "PostgreSQL Error Codes"). */
export const SQLSTATE = { wrongPassword: "28P01", notAllowed: "28000", noDatabase: "3D000" } as const;

export interface Login {
  readonly user: string;
  readonly database: string;
  readonly password: string;
}
export type Row = readonly (string | null)[];

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

const md5 = (...parts: (string | Buffer)[]): string => parts.reduce((hash, part) => hash.update(part), createHash("md5")).digest("hex");
const text = (words: string): Buffer => Buffer.from(`${words}\0`);
function framed(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const errorOf = (body: Buffer): PostgresError => {
  const fields = new Map(body.toString().split("\0").filter(Boolean).map((field) => [field[0], field.slice(1)]));
  return new PostgresError(fields.get("C") ?? "", fields.get("M") ?? "it refused without a reason");
};

/** A connection to PostgreSQL over any stream: log in, simple queries (postgresql.org, "Frontend/Backend Protocol", version 3.0). */
export class Postgres {
  /** how the server asked for the password; "nothing": it did not ask */
  asked: "scram-sha-256" | "md5" | "password" | "nothing" = "nothing";
  private waiting = Buffer.alloc(0);
  private readonly stream: AsyncIterator<Buffer>;

  private constructor(private readonly socket: Duplex) {
    this.stream = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** @throws PostgresError, or Error when there is no answer within `seconds` */
  static async connect(socket: Duplex, login: Login, seconds = 10): Promise<Postgres> {
    const connection = new Postgres(socket);
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${seconds} s`)), seconds * 1000);
    try {
      await connection.start(login);
      return connection;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async query(sql: string): Promise<Row[]> {
    this.socket.write(framed("Q", text(sql)));
    const rows: Row[] = [];
    let failure: PostgresError | undefined;
    for (;;) {
      const { type, body } = await this.message();
      if (type === "D") rows.push(rowOf(body));
      else if (type === "E") failure = errorOf(body);
      else if (type === "Z") break;
    }
    if (failure) throw failure;
    return rows;
  }

  close(): void {
    this.socket.end(framed("X", Buffer.alloc(0)));
    this.socket.on("error", () => undefined);
    setTimeout(() => this.socket.destroy(), 500);
  }

  private async start(login: Login): Promise<void> {
    const { user, database } = login;
    const version = Buffer.from([0, 3, 0, 0]);
    this.socket.write(framed("", Buffer.concat([version, ...["user", user, "database", database, "application_name", "tailwart"].map(text), Buffer.from([0])])));
    const scram = new Scram(login.password);
    for (;;) {
      const { type, body } = await this.message();
      if (type === "E") throw errorOf(body);
      if (type === "Z") return;
      if (type === "R") this.authenticate(body, login, scram);
    }
  }

  private authenticate(body: Buffer, { user, password }: Login, scram: Scram): void {
    const answer = (content: Buffer): boolean => this.socket.write(framed("p", content));
    const [kind, rest] = [body.readInt32BE(0), body.subarray(4)];
    if (kind === 0) return;
    if (kind === 3) {
      this.asked = "password";
      answer(text(password));
    } else if (kind === 5) {
      this.asked = "md5";
      answer(text(`md5${md5(md5(password, user), rest)}`));
    } else if (kind === 10) {
      this.asked = "scram-sha-256";
      const length = Buffer.alloc(4);
      length.writeInt32BE(Buffer.byteLength(scram.first));
      answer(Buffer.concat([text("SCRAM-SHA-256"), length, Buffer.from(scram.first)]));
    } else if (kind === 11) answer(Buffer.from(scram.final(rest.toString())));
    else if (kind === 12) scram.verify(rest.toString());
    else throw new Error(`the server asks for a kind of login (${kind}) that no password satisfies`);
  }

  private async message(): Promise<Message> {
    const ready = (): number => (this.waiting.length < 5 ? 5 : 1 + this.waiting.readInt32BE(1));
    while (this.waiting.length < ready()) {
      const { value, done } = await this.stream.next();
      if (done) throw new Error("the connection was closed");
      this.waiting = Buffer.concat([this.waiting, value as Buffer]);
    }
    const end = ready();
    const message = { type: String.fromCharCode(this.waiting[0]), body: this.waiting.subarray(5, end) };
    this.waiting = this.waiting.subarray(end);
    return message;
  }
}

function rowOf(body: Buffer): Row {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString("utf8", at - length, at);
  });
}

/** An identifier, and a text, as SQL wants them. */
export const identifier = (name: string): string => `"${name.replace(/"/g, '""')}"`;
export const literalText = (value: string): string => `'${value.replace(/'/g, "''")}'`;
