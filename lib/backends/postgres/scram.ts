import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();
const salted = (password: string, salt: Buffer, rounds: number): Buffer => pbkdf2Sync(password.normalize("NFKC"), salt, rounds, 32, "sha256");

/** What PostgreSQL keeps of a password (pg_authid.rolpassword). Sent instead of the password it stays out of the server's log. */
export function scramVerifier(password: string, salt = randomBytes(16), rounds = 4096): string {
  const key = salted(password, salt, rounds);
  const stored = sha256(hmac(key, "Client Key"));
  return `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored.toString("base64")}:${hmac(key, "Server Key").toString("base64")}`;
}

/** The client's side of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). */
export class Scram {
  private readonly bare: string;
  private expected = "";

  constructor(
    private readonly password: string,
    private readonly nonce = randomBytes(18).toString("base64"),
    user = "", // PostgreSQL takes the one from the start-up message
  ) {
    this.bare = `n=${user},r=${nonce}`;
  }

  get first(): string {
    return `n,,${this.bare}`;
  }

  /** @param challenge the server's first message @throws Error when it is none of this exchange */
  final(challenge: string): string {
    const [, nonce, salt, rounds] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(challenge) ?? [];
    if (nonce === undefined || !nonce.startsWith(this.nonce)) throw new Error("the server's SCRAM message is not an answer to ours");
    const key = salted(this.password, Buffer.from(salt, "base64"), Number(rounds));
    const without = `c=biws,r=${nonce}`;
    const message = [this.bare, challenge, without].join(",");
    const clientKey = hmac(key, "Client Key");
    const signature = hmac(sha256(clientKey), message);
    this.expected = hmac(hmac(key, "Server Key"), message).toString("base64");
    return `${without},p=${Buffer.from(clientKey.map((byte, index) => byte ^ signature[index])).toString("base64")}`;
  }

  /** @throws Error when the server does not know the password either */
  verify(final: string): void {
    if (/^v=([^,]+)/.exec(final)?.[1] !== this.expected) throw new Error("the server could not prove that it knows the password");
  }
}
