import { sha256 } from "./images";
import { matching, outcome, reading, refuse, type ValueType } from "./reading";

// The hints of these types are shown and the values never: no hint here quotes its text.

/** A secret: one line. Double quotes and backslashes would need escaping inside the plan's JSON, so they are refused. */
export const secretText: ValueType<string> = reading((text) => {
  if (text !== text.trim()) return refuse("it begins or ends with a blank; take that out");
  if (/[\r\n]/.test(text)) return refuse("it has more than one line; write one");
  return /^[^\p{C}\p{Zl}\p{Zp}"\\]+$/u.test(text) ? text : refuse("choose another, or have it changed where it was made");
});

/** Stalwart refuses a shorter one when the plan is applied, and then there is no mail. */
export const adminPassword: ValueType<string> = reading((text) => {
  const read = outcome(secretText, text);
  if ("hint" in read) return refuse(read.hint);
  return text.length >= 8 ? text : refuse("write at least 8 characters");
});

/** What may stand in a URL's user part as it is (RFC 3986 unreserved). */
export const urlSafe: ValueType<string> = matching(/^[A-Za-z0-9._~-]+$/, "write letters, digits and . _ ~ - only");

/** The key id of an external account binding; authorities choose its signs. */
export const eabKeyId: ValueType<string> = matching(/^[A-Za-z0-9._~+/=-]+$/, "copy it whole, without quotes and blanks");

/** Its HMAC key: base64url without padding (RFC 8555 section 7.3.4). At least 16 bytes; authorities give 32 and more. */
export const eabHmacKey: ValueType<string> = reading((text) => {
  if (/[+/=]/.test(text)) return refuse("this is base64, and base64url is needed: - in place of +, _ in place of /, no = at the end");
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return refuse("copy it whole, without quotes and blanks");
  return text.length >= 22 ? text : refuse("it is too short for an HMAC key; copy it whole");
});

export const hex64: ValueType<string> = sha256;

/** An S3 key id; one that begins with GK is Garage's and has to be whole. */
export const s3Key: ValueType<string> = reading((text) => {
  if (/^GK/.test(text) && !/^GK[0-9a-f]{24}$/.test(text)) return refuse("a Garage key id is GK and 24 lower-case hexadecimal digits");
  return /^[\w.-]+$/.test(text) ? text : refuse("write letters, digits and . _ - only");
});
