import { reading, refuse, type ValueType } from "./reading";

/** A version with at least two numbers, a date, or a commit: tags without (latest, stable, 17, 17-alpine) are moved by their makers. */
const FIXED = /\d+\.\d+|\d{8}|[0-9a-f]{12}/;

/** Image with a version that does not move: a tag with a full version, or a digest. */
export const image: ValueType<string> = reading((text) => {
  const match = /^([a-z0-9][a-z0-9._-]*(?::\d{1,5}(?=\/))?(?:\/[a-z0-9._-]+)*)(?::(\w[\w.-]*))?(@sha256:[0-9a-f]{64})?$/.exec(text);
  if (!match) return refuse("write name:version or name@sha256:…");
  if (match[3]) return text;
  const version = match[2];
  if (!version || version === "latest") return refuse("it names no version and would change under you; write name:version");
  return FIXED.test(version) ? text : refuse(`version ${version} moves; write the whole version${/^v?\d+$/.test(version) ? `, like ${version}.1` : ""}`);
});

export const sha256: ValueType<string> = reading((text) =>
  /^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : refuse("write 64 hexadecimal digits"),
);

/** A version that something has to be at least, or with `=` before it exactly. */
export interface VersionWanted {
  /** without its v */
  readonly version: string;
  readonly exact: boolean;
}

export const versionWanted: ValueType<VersionWanted> = reading((text) => {
  const match = /^(=?)v?(\d+\.\d+\.\d+(-[\w.]+)?)$/.exec(text);
  if (!match) return refuse("write a whole version like 2.11.4, or =2.11.4 for exactly this one");
  return { version: match[2], exact: match[1] === "=" };
});
