import { IP_CHANGES, isName, looksLikeIP } from "./names";
import { matching, readWith, reading, refuse, type ValueType } from "./reading";
import { port } from "./words";

function urlOf(text: string, ...schemes: string[]): URL {
  const hint = `write a URL that begins with ${schemes.join(" or ")}`;
  if (!schemes.some((scheme) => text.toLowerCase().startsWith(scheme)) || !URL.canParse(text)) return refuse(hint);
  const url = new URL(text);
  if (url.username || url.password) refuse("leave user and password out of the URL");
  // ${ and %{ begin a template in Terraform's JSON.
  return /[\s\p{C}"'`\\{}]/u.test(text) ? refuse("leave out blanks, quotes, braces and backslashes") : url;
}

const withoutTail = (url: URL): string => (url.search || url.hash ? refuse("leave out what comes after the path") : url.href.replace(/\/$/, ""));

/** An http(s) URL without user, password, query or fragment. */
export const httpUrl: ValueType<string> = reading((text) => withoutTail(urlOf(text, "https://", "http://")));
export const httpsUrl: ValueType<string> = reading((text) => withoutTail(urlOf(text, "https://")));

/** Where a service answers, by MagicDNS name. The port stays open when none is written: 80 and 443 written out count as written. */
export interface Endpoint {
  readonly tls: boolean;
  readonly host: string;
  readonly port?: number;
}

export const endpoint: ValueType<Endpoint> = reading((text) => {
  const match = /^(https?):\/\/(\[[^\]]*\]|[^/:?#@]*)(?::(\d+))?\/?$/i.exec(text);
  if (!match) {
    urlOf(text, "http://", "https://");
    return refuse("leave out what comes after host and port; the bucket has a variable of its own");
  }
  const host = match[2].toLowerCase();
  if (looksLikeIP(host)) return refuse(IP_CHANGES);
  if (!isName(host)) return refuse("write http:// and a MagicDNS name, like http://garage");
  return { tls: match[1].toLowerCase() === "https", host, ...(match[3] === undefined ? {} : { port: readWith(port, match[3]) }) };
});

/** Where the prebuilt Caddy comes from: an http(s) URL or a file. */
export const download: ValueType<string> = reading((text) => {
  if (/^https?:\/\//i.test(text)) return urlOf(text, "https://", "http://").href;
  if (text.startsWith("~")) return refuse("~ is not expanded here; write the whole path");
  return /^\w+:\/\//.test(text) || /[\s\p{C}"'`$\\{}]/u.test(text) ? refuse("write an https:// URL or the path of a file") : text;
});

const ENGINE_HOST = String.raw`[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\]`;
const ENGINE = new RegExp(`^(unix:///[^\\s\\p{C}"'\`$\\\\{}]+|ssh://([a-zA-Z0-9._-]+@)?(${ENGINE_HOST})(:\\d{1,5})?|tcp://(${ENGINE_HOST}):\\d{1,5})$`, "u");

/** Docker engine address as the docker provider takes it. */
export const dockerHost: ValueType<string> = reading((text) => {
  if (ENGINE.test(text)) return text;
  if (/^ssh:\/\/[^/@]*:[^/@]*@/.test(text)) return refuse("leave the password out; Docker logs in by ssh with a key");
  if (/^(ssh|tcp):\/\/[^/]+\//.test(text)) return refuse("leave out what comes after the host");
  if (text.startsWith("/") && ENGINE.test(`unix://${text}`)) return refuse(`write unix://${text}`);
  return refuse(/^[\w.-]+(@[\w.-]+)?$/.test(text) ? `write ssh://${text}` : "write unix:///path, ssh://user@host or tcp://host:port");
});

/** Path of an engine's socket on the engine's host. */
export const socketPath: ValueType<string> = reading((text) => {
  if (text.startsWith("unix://")) return refuse(`write the path alone: ${text.slice("unix://".length)}`);
  if (!text.startsWith("/")) return refuse("write an absolute path like /run/user/1000/docker.sock");
  if (/[\s\p{C}"'`$\\{},]/u.test(text) || text.endsWith("/")) return refuse("write the path of a socket, without blanks, quotes, commas or braces");
  return text;
});

/** Go module path, optionally with @version, as Caddy's build service names plugins. */
export const goModule: ValueType<string> = matching(
  /^[a-z0-9-]+(\.[a-z0-9-]+)+\/[\w./~-]+(@[\w.+-]+)?$/,
  "write a Go module path like github.com/caddy-dns/cloudflare@v0.2.1",
);
