import type { Http, HttpAnswer } from "../../site/http";
import { s3Target, signS3, type S3Key, type S3Request } from "./sign";

export interface S3Object {
  readonly key: string;
  readonly size: number;
}

/** What a server refused. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    /** such as NoSuchBucket, SignatureDoesNotMatch, AccessDenied */
    readonly code: string,
    message: string,
  ) {
    super(`HTTP ${status}${code === "" ? "" : ` ${code}`}${message === "" ? "" : `: ${message}`}`);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" };
const plain = (xml: string): string => xml.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity]);
const inside = (xml: string, tag: string): string | undefined => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];

/** One page of a ListObjectsV2 answer that was asked for with `encoding-type=url`. */
export function listPage(xml: string): { readonly objects: readonly S3Object[]; readonly next?: string } {
  const decoded = (text: string): string => decodeURIComponent(plain(text).replace(/\+/g, "%20"));
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, one]) => ({ key: decoded(inside(one, "Key") ?? ""), size: Number(inside(one, "Size")) }));
  const next = inside(xml, "IsTruncated") === "true" ? inside(xml, "NextContinuationToken") : undefined;
  return { objects, next: next === undefined ? undefined : plain(next) };
}

/** One bucket, path style. */
export class Bucket {
  constructor(
    private readonly http: Http,
    private readonly name: string,
    private readonly region: string,
    private readonly key: S3Key,
  ) {}

  /** All objects, by name. */
  async list(): Promise<S3Object[]> {
    const all: S3Object[] = [];
    let token: string | undefined;
    do {
      const query = { "list-type": "2", "encoding-type": "url", ...(token === undefined ? {} : { "continuation-token": token }) };
      const { objects, next } = listPage((await this.sent({ method: "GET", query })).body.toString());
      all.push(...objects);
      token = next;
    } while (token !== undefined);
    return all;
  }

  /** undefined when it is not there */
  async get(key: string): Promise<Buffer | undefined> {
    try {
      return (await this.sent({ method: "GET" }, key)).body;
    } catch (error) {
      if (error instanceof S3Error && error.code === "NoSuchKey") return undefined;
      throw error;
    }
  }
  async put(key: string, body: Buffer): Promise<void> {
    await this.sent({ method: "PUT", body }, key);
  }
  async size(key: string): Promise<number> {
    return Number((await this.sent({ method: "HEAD" }, key)).headers["content-length"]);
  }
  async remove(key: string): Promise<void> {
    await this.sent({ method: "DELETE" }, key);
  }

  private async sent(request: Pick<S3Request, "method" | "query" | "body">, key?: string): Promise<HttpAnswer> {
    const { host, port } = this.http.place;
    const whole: S3Request = { ...request, host: `${host}:${port}`, path: key === undefined ? `/${this.name}` : `/${this.name}/${key}` };
    const { path, query } = s3Target(whole);
    const answer = await this.http.exchange({ ...request, path: query === "" ? path : `${path}?${query}`, headers: signS3(whole, this.region, this.key, new Date()) });
    if (answer.status < 300) return answer;
    const text = answer.body.toString();
    throw new S3Error(answer.status, inside(text, "Code") ?? "", plain(inside(text, "Message") ?? ""));
  }
}
