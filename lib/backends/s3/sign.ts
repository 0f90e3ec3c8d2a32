import { createHash, createHmac } from "node:crypto";

export interface S3Key {
  readonly id: string;
  readonly secret: string;
}
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** `host` or `host:port`, as in the Host header */
  readonly host: string;
  /** `/bucket/key`, not encoded */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** more headers to sign, names in lower case */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
/** RFC 3986: all but unreserved characters; encodeURIComponent leaves a few. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Path and query as they go over the wire and into the signature. */
export function s3Target({ path, query = {} }: Pick<S3Request, "path" | "query">): { readonly path: string; readonly query: string } {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return { path: path.split("/").map(encode).join("/"), query: pairs.sort().join("&") };
}

/**
 * The headers that sign a request for S3 (AWS Signature Version 4, "Authenticating Requests: Using the Authorization
 * Header", single chunk).
 */
export function signS3(request: S3Request, region: string, key: S3Key, now: Date): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const payload = sha256(request.body ?? "");
  const headers: Record<string, string> = { ...request.headers, host: request.host, "x-amz-content-sha256": payload, "x-amz-date": time };
  const names = Object.keys(headers).sort();
  const target = s3Target(request);
  const canonical = [request.method, target.path, target.query, ...names.map((name) => `${name}:${headers[name].trim()}`), "", names.join(";"), payload].join("\n");
  const signing = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const derived = scope.split("/").reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${key.secret}`);
  const signature = hmac(derived as Buffer, signing).toString("hex");
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${key.id}/${scope},SignedHeaders=${names.join(";")},Signature=${signature}` };
}
