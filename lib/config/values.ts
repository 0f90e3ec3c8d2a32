import { isIP, isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

/** A zod type that reads a variable's text; a refusal carries the hint that the user sees. */
export type ValueType<T> = z.ZodType<T, string>;

class Refused extends Error {}
const refuse = (hint: string): never => {
  throw new Refused(hint);
};

/** Turns a plain reading function into a zod type: what it throws by {@link refuse} becomes the issue's message. */
function reading<T>(read: (text: string) => T): ValueType<T> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  });
}

/** `value` when `type` accepts it; otherwise refuses with the type's own hint. */
function readWith<T>(type: ValueType<T>, text: string): T {
  const result = type.safeParse(text);
  return result.success ? result.data : refuse(`"${text}": ${result.error.issues[0].message}`);
}

/** "did you mean …" for a word that is near an allowed one, else an empty text. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  if (word === "" || allowed.length === 0) return "";
  const best = closest(word, [...allowed]);
  const near = distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(1, Math.floor(best.length / 3));
  return near ? `did you mean ${best}?` : "";
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const isName = (text: string): boolean => text.length <= 253 && text.split(".").every((label) => LABEL.test(label));

const MAGIC_NAME_HINT =
  "an IP address changes when a node registers again, and whatever dials it then reaches nobody; write the node's MagicDNS name";

export const word = <const T extends readonly string[]>(...allowed: T): ValueType<T[number]> =>
  reading((text) =>
    allowed.includes(text) ? text : refuse(didYouMean(text, allowed) || `write one of ${allowed.join(", ")}`),
  );

export const yesNo: ValueType<boolean> = word("true", "false").transform((text) => text === "true") as ValueType<boolean>;

export const port: ValueType<number> = reading((text) =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : refuse("write a number from 1 to 65535"),
);

export const wholeNumber = (least: number, most: number): ValueType<number> =>
  reading((text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? Number(text)
      : refuse(`write a number from ${least} to ${most}`),
  );

/** A mail domain or host name with at least two labels; international names become their ASCII form (RFC 5890). */
export const domain: ValueType<string> = reading((text) => {
  if (isIP(text)) return refuse("write a domain name, not an IP address");
  if (text.endsWith(".")) return refuse("leave out the dot at the end");
  const ascii = domainToASCII(text);
  if (!ascii || !isName(ascii)) return refuse("write labels of letters, digits and hyphens, with dots between them");
  return ascii.includes(".") ? ascii : refuse(`a domain has at least one dot; write for example ${ascii}.org`);
});

/** First label of a MagicDNS name. */
export const magicName: ValueType<string> = reading((text) => {
  if (isIP(text)) return refuse(MAGIC_NAME_HINT);
  const lower = text.toLowerCase();
  if (lower.includes(".")) return refuse(`leave out the tailnet; write ${lower.split(".")[0] || "stalwart"}`);
  return LABEL.test(lower) ? lower : refuse("write letters, digits and hyphens only");
});

/** The name of the whole tailnet, as MagicDNS shows it: `tail1234.ts.net`; a bare label is Tailscale's own form. */
export const tailnetName: ValueType<string> = reading((text) => {
  if (isIP(text)) return refuse("write the tailnet's DNS name, not an address");
  const lower = text.toLowerCase();
  return isName(lower) ? lower : refuse("write the name that the DNS page of the admin console shows, like tail1a2b3c.ts.net");
});

/** A backend's place on the tailnet: a MagicDNS name, short or full. Whether it ends in this tailnet is checked later. */
export const tailnetHost: ValueType<string> = reading((text) => {
  if (isIP(text.replace(/^\[|\]$/g, ""))) return refuse(MAGIC_NAME_HINT);
  const lower = text.toLowerCase();
  if (/:\d+$/.test(lower)) return refuse("leave out the port; it has a variable of its own");
  return isName(lower) ? lower : refuse("write a MagicDNS name like postgres");
});

export const ipv4: ValueType<string> = reading((text) =>
  isIPv4(text) ? text : refuse(isIPv6(text) ? "this is an IPv6 address" : "write four numbers like 203.0.113.10"),
);
export const ipv6: ValueType<string> = reading((text) =>
  isIPv6(text) && !text.includes("%")
    ? text.toLowerCase()
    : refuse(isIPv4(text) ? "this is an IPv4 address" : "write an address like 2001:db8::10"),
);

/** Policy tag: `tag:` + a letter + letters, digits, hyphens (Tailscale policy syntax). */
export const tag: ValueType<string> = reading((text) =>
  /^tag:[a-zA-Z][a-zA-Z0-9-]*$/.test(text)
    ? text
    : refuse(text.startsWith("tag:") ? "after tag: comes a letter, then letters, digits, hyphens" : `write tag:${text.replace(/[^a-zA-Z0-9-]/g, "") || "name"}`),
);

/** Who a policy rule speaks about: a user, a group, an autogroup or a tag. */
export const principal: ValueType<string> = reading((text) =>
  /^(autogroup:[a-z-]+|group:[^\s,"\\]+|tag:[a-zA-Z][a-zA-Z0-9-]*|[^\s,"\\@:]+@[^\s,"\\@:]*)$/.test(text)
    ? text
    : refuse("write name@example.org, group:name, autogroup:member or tag:name"),
);

/** A user by login name; policy tests cannot speak for an autogroup. */
export const user: ValueType<string> = reading((text) =>
  /^[^\s,"\\@:]+@[^\s,"\\@:]*$/.test(text) ? text : refuse("write one user's login name, like alice@example.org"),
);

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[v6]:port`. */
export const hostPort: ValueType<HostPort> = reading((text) => {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text);
  if (!match) return refuse("write host:port, for example 127.0.0.1:8443");
  const host = (match[1] ?? match[2]).toLowerCase();
  if (match[1] !== undefined ? !isIPv6(host) : !isIPv4(host) && !isName(host)) return refuse(`"${host}" is no host name or address`);
  return { host, port: readWith(port, match[3]) };
});

/** A host with an optional port; the default depends on the service. */
export const hostMaybePort: ValueType<{ readonly host: string; readonly port?: number }> = reading((text) => {
  const [host, portText, ...more] = text.split(":");
  if (more.length > 0) return refuse("write host or host:port");
  if (!isName(host.toLowerCase())) return refuse("write a host name like smtp.example.net");
  return { host: host.toLowerCase(), ...(portText === undefined ? {} : { port: readWith(port, portText) }) };
});

const urlOf = (text: string, ...schemes: string[]): URL => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse(`write a URL that begins with ${schemes.join(" or ")}`);
  }
  if (!schemes.includes(`${url.protocol}//`)) refuse(`write a URL that begins with ${schemes.join(" or ")}`);
  return url;
};

/** An http(s) URL without user, password, query or fragment. */
export const httpUrl: ValueType<string> = reading((text) => {
  const url = urlOf(text, "https://", "http://");
  if (url.username || url.password) refuse("leave user and password out of the URL");
  if (url.search || url.hash) refuse("leave out what comes after the path");
  return url.href.replace(/\/$/, "");
});

/** Where the prebuilt Caddy comes from: an http(s) URL or a file. */
export const download: ValueType<string> = reading((text) => {
  if (/^https?:\/\//.test(text)) return urlOf(text, "https://", "http://").href;
  return /^\w+:\/\//.test(text) || /[\s"'`$\\]/.test(text) ? refuse("write an https:// URL or the path of a file") : text;
});

/** Docker engine address as the docker provider takes it. */
export const dockerHost: ValueType<string> = reading((text) => {
  if (/^unix:\/\/\/[^\s"$`]+$/.test(text)) return text;
  if (/^ssh:\/\/([^\s@/"$`]+@)?[^\s@/:"$`]+(:\d+)?$/.test(text)) return text;
  if (/^tcp:\/\/[^\s/:"$`]+:\d+$/.test(text)) return text;
  return refuse(/^[\w.-]+(@[\w.-]+)?$/.test(text) ? `write ssh://${text}` : "write unix:///path, ssh://user@host or tcp://host:port");
});

/** Image with a version that does not move: a tag with a full version, or a digest. */
export const image: ValueType<string> = reading((text) => {
  const match = /^([a-z0-9][a-z0-9./_-]*(?::\d+\/[a-z0-9./_-]+)?)(?::([\w][\w.-]*))?(@sha256:[0-9a-f]{64})?$/.exec(text);
  if (!match) return refuse("write name:version or name@sha256:…");
  if (match[3]) return text;
  const version = match[2];
  if (!version || version === "latest") return refuse("it names no version and would change under you; write name:version");
  return /\d+\.\d+/.test(version) || !/^v?\d+$/.test(version)
    ? text
    : refuse(`version ${version} moves; write the whole version, like ${version}.1`);
});

export const sha256: ValueType<string> = reading((text) =>
  /^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : refuse("write 64 hexadecimal digits"),
);

export const version: ValueType<string> = reading((text) =>
  /^v?\d+\.\d+\.\d+(-[\w.]+)?$/.test(text) ? text : refuse("write a whole version like 2.11.4"),
);

/** Go module path, optionally with @version, as Caddy's build service names plugins. */
export const goModule: ValueType<string> = reading((text) =>
  /^[a-z0-9.-]+\.[a-z]+\/[\w./~-]+(@[\w.+-]+)?$/.test(text) ? text : refuse("write a Go module path like github.com/caddy-dns/cloudflare@v0.2.1"),
);

/** A name for a database, role, bucket: letters, digits, hyphen, underscore. */
export const identifier: ValueType<string> = reading((text) =>
  /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/.test(text) ? text : refuse("write letters, digits, hyphens and underscores only"),
);

export const filePath: ValueType<string> = reading((text) =>
  /^[^\s"'`$\\]+$/.test(text) ? text : refuse("write a path without blanks, quotes or dollar signs"),
);

export const plainText: ValueType<string> = reading((text) =>
  /^[^\s"'`$\\]+$/.test(text) ? text : refuse("write it without blanks, quotes or dollar signs"),
);

/** Several values with commas (or blanks) between them; no value twice. */
export const list = <T>(type: ValueType<T>): ValueType<readonly T[]> =>
  reading((text) => {
    const parts = text.split(/[\s,]+/).filter((part) => part !== "");
    if (parts.length === 0) return refuse("write at least one");
    const values = parts.map((part) => readWith(type, part));
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    return twice === undefined ? values : refuse(`${String(twice)} is there twice`);
  });

/** As {@link list}, and the word `none` for an empty one. */
export const listOrNone = <T>(type: ValueType<T>): ValueType<readonly T[]> => {
  const some = list(type);
  return reading((text) => (text === "none" ? [] : readWith(some, text)));
};

/** One value for all, or `name=value` for each of several, with commas between them. */
export type PerName<T> = { readonly all: T } | { readonly each: Readonly<Record<string, T>> };

export const perName = <T>(type: ValueType<T>): ValueType<PerName<T>> =>
  reading((text) => {
    const parts = text.split(/[\s,]+/).filter((part) => part !== "");
    if (!parts.some((part) => /^[\w-]+=/.test(part)))
      return parts.length === 1 ? { all: readWith(type, parts[0]) } : refuse("write one value, or name=value for each, with commas between them");
    const each: Record<string, T> = {};
    for (const part of parts) {
      const cut = part.indexOf("=");
      if (cut < 1) return refuse(`"${part}" has no name; write name=value for each`);
      const name = part.slice(0, cut);
      if (Object.hasOwn(each, name)) return refuse(`${name} is there twice`);
      Object.defineProperty(each, name, { value: readWith(type, part.slice(cut + 1)), enumerable: true });
    }
    return { each };
  });

/** What may stand in a URL's user part as it is (RFC 3986 unreserved). */
export const urlSafe: ValueType<string> = reading((text) =>
  /^[A-Za-z0-9._~-]+$/.test(text) ? text : refuse("write letters, digits and . _ ~ - only"),
);

export const hex64: ValueType<string> = sha256;

/** An S3 key id; one that begins with GK is Garage's and has to be whole. */
export const s3Key: ValueType<string> = reading((text) =>
  /^GK/.test(text) && !/^GK[0-9a-f]{24}$/.test(text)
    ? refuse("a Garage key id is GK and 24 hexadecimal digits")
    : /^[\w.-]+$/.test(text) ? text : refuse("write letters, digits, hyphens only"),
);

/** S3 bucket name. */
export const bucket: ValueType<string> = reading((text) =>
  /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text) ? text : refuse("write 3 to 63 lower-case letters, digits and hyphens"),
);

/** A secret: one line. Double quotes and backslashes would need escaping inside the plan's JSON, so they are refused. */
export const secretText: ValueType<string> = reading((text) =>
  /^[^\p{Cc}"\\]+$/u.test(text) && text === text.trim() ? text : refuse("choose another, or have it changed where it was made"),
);
