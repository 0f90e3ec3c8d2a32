import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { Scram, scramVerifier } from "../../../lib/backends/postgres/scram";

// RFC 7677, section 3
const CHALLENGE = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const scram = (): Scram => new Scram("pencil", "rOprNGfwEbeRWgbNEkqO", "user");

test("answers as in RFC 7677", () => {
  expect(scram().first).toBe("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  expect(scram().final(CHALLENGE)).toBe("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
});

test("believes the server that knows the password, and refuses one that does not", () => {
  const one = scram();
  one.final(CHALLENGE);
  expect(() => one.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).not.toThrow();
  expect(() => one.verify("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).toThrow(/could not prove/);
});

test("refuses an answer to somebody else's nonce", () => {
  expect(() => scram().final(CHALLENGE.replace("rOpr", "xOpr"))).toThrow(/not an answer to ours/);
});

test("a verifier holds the keys that belong to the password, not the password", () => {
  const salt = Buffer.from("0123456789abcdef");
  const verifier = scramVerifier("pencil", salt);
  const key = pbkdf2Sync("pencil", salt, 4096, 32, "sha256");
  const hmac = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  expect(verifier).toBe(`SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`);
});
