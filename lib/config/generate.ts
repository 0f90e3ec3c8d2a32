import { randomBytes, randomInt } from "node:crypto";
import { CONTRACT, type SecretName } from "./contract";

const LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** 24 letters and digits, none of them easily taken for another: about 138 bits. */
const password = (): string => Array.from({ length: 24 }, () => LETTERS[randomInt(LETTERS.length)]).join("");

/** A good value for a secret that the operator may invent; undefined for one that comes from somebody else. */
export function inventSecret(name: SecretName): string | undefined {
  switch (CONTRACT[name].generate) {
    case "password":
      return password();
    case "hex32":
      return randomBytes(32).toString("hex");
    case "garageKey":
      return `GK${randomBytes(12).toString("hex")}`;
    default:
      return undefined;
  }
}
